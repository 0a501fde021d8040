package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.ashlar.bench.process.ChildFailedException;
import dev.ashlar.bench.process.ChildProcess;

/**
 * Runs a {@link ReplayTask} in a JVM of its own: the same JDK, the same modules, the serial collector, and a Java heap of fixed size
 * that is touched before the start.
 *
 * <p>Safe for concurrent use.
 */
final class ChildJvm {
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
        return result(task, ChildProcess.run(command(task, heapBytes(task, figures)), Map.of()));
    }

    private static TaskResult result(ReplayTask task, ChildProcess.Output output) throws ReplayException, IOException {
        String subject = task.allocator().displayName() + " on " + task.trace().getFileName();
        if (output.exitCode() == ReplayChild.EXIT_EXPLAINED) {
            throw new ReplayException(subject + ": " + output.err().strip());
        }
        if (output.exitCode() != 0) {
            throw new ReplayException(
                    subject + ": " + task.kind().title() + ": the child JVM ended with exit code " + output.exitCode()
                            + " (expected: 0); it said:" + ChildFailedException.lastLines(output.said()));
        }
        return TaskResult.ofJson(output.out());
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
}
