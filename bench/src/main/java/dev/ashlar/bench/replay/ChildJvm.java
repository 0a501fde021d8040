package dev.ashlar.bench.replay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs a {@link ReplayTask} in a JVM of its own: the same JDK, the same modules, the serial collector, and a Java heap of fixed size
 * that is touched before the start.
 *
 * <p>Children die with this JVM, unless it is killed so hard that no shutdown hook runs. Safe for concurrent use.
 */
final class ChildJvm {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
    private static final int MAX_REPORTED_LINES = 20;

    private static final long BASE_HEAP_BYTES = 128L << 20;
    private static final long HEAP_STEP_BYTES = 16L << 20;
    // The flat arrays, and both their old and new copies when they have to grow.
    private static final int HEAP_BYTES_PER_EVENT = 48;
    // The layout of a parallel replay: 24 bytes, and meanwhile the threads, twice, and the handovers of some.
    private static final int HEAP_BYTES_PER_PARALLEL_EVENT = 48;
    // Addresses, sizes, arenas and segments by id.
    private static final int HEAP_BYTES_PER_BLOCK = 32;
    // The objects of one open Arena and its segment, with room for the collector to work in; or an entry of an audit's map.
    private static final int HEAP_BYTES_PER_LIVE_BLOCK = 384;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    private ChildJvm() {}

    /**
     * Runs a task to its end.
     *
     * @param task to run
     * @param figures of its trace
     * @throws ReplayException if the check failed, or the child ended in any other way than by printing its result
     * @throws IOException if the child can't be started
     * @throws InterruptedException if the calling thread is interrupted; the child is killed
     */
    static TaskResult run(ReplayTask task, TraceFigures figures)
            throws IOException, ReplayException, InterruptedException {
        Process process = new ProcessBuilder(command(task, heapBytes(task, figures))).start();
        RUNNING.add(process);
        try {
            process.getOutputStream().close();
            FutureTask<String> errors = new FutureTask<>(() -> readAll(process.getErrorStream()));
            Thread.ofVirtual().start(errors);
            String output = readAll(process.getInputStream());
            return result(task, process.waitFor(), output, errors.get());
        } catch (ExecutionException e) {
            throw new IOException(task.kind().title() + ": the child JVM's standard error can't be read", e);
        } finally {
            process.destroyForcibly();
            RUNNING.remove(process);
        }
    }

    private static TaskResult result(ReplayTask task, int exitCode, String output, String errors)
            throws ReplayException, IOException {
        String subject = task.allocator().displayName() + " on " + task.trace().getFileName();
        if (exitCode == ReplayChild.EXIT_EXPLAINED) {
            throw new ReplayException(subject + ": " + errors.strip());
        }
        if (exitCode != 0) {
            throw new ReplayException(
                    subject + ": " + task.kind().title() + ": the child JVM ended with exit code " + exitCode
                            + " (expected: 0); it said:" + lastLines(errors.isBlank() ? output : errors));
        }
        return TaskResult.ofJson(output);
    }

    private static List<String> command(ReplayTask task, long heapBytes) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xms" + heapBytes);
        command.add("-Xmx" + heapBytes);
        command.add("-XX:+AlwaysPreTouch");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:-UsePerfData");
        if (task.kind() == ReplayTask.Kind.RESIDENT) {
            // C1 alone, and at once: see ResidentPass.
            command.add("-XX:TieredStopAtLevel=1");
            command.add("-Xbatch");
        }
        addModules(command);
        command.addAll(task.toArguments());
        return command;
    }

    /** Launched from the class path, as an IDE may do, the child gets the class path. */
    private static void addModules(List<String> command) {
        Module module = ReplayChild.class.getModule();
        if (module.isNamed()) {
            command.add("--enable-native-access=dev.ashlar.core,dev.ashlar.arenas," + module.getName());
            command.add("--module-path");
            command.add(System.getProperty("jdk.module.path"));
            command.add("--module");
            command.add(module.getName() + "/" + ReplayChild.class.getName());
        } else {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("-cp");
            command.add(System.getProperty("java.class.path"));
            command.add(ReplayChild.class.getName());
        }
    }

    private static long heapBytes(ReplayTask task, TraceFigures figures) {
        long needed = BASE_HEAP_BYTES
                + figures.events() * HEAP_BYTES_PER_EVENT
                + (task.parallel() ? figures.events() * HEAP_BYTES_PER_PARALLEL_EVENT : 0)
                + figures.blocks() * HEAP_BYTES_PER_BLOCK
                + figures.peakLiveBlocks() * HEAP_BYTES_PER_LIVE_BLOCK;
        return Math.ceilDiv(needed, HEAP_STEP_BYTES) * HEAP_STEP_BYTES;
    }

    private static String readAll(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), Charset.defaultCharset());
    }

    private static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        List<String> last = lines.subList(Math.max(0, lines.size() - MAX_REPORTED_LINES), lines.size());
        return last.isEmpty() ? " nothing" : "\n  " + String.join("\n  ", last);
    }
}
