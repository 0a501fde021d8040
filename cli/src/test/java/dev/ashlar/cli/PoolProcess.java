package dev.ashlar.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.AttachException;

/** A second JVM with pools that are named on its command line. It says {@code ready} when it can be attached to, and ends with its standard input. */
final class PoolProcess implements AutoCloseable {
    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));
    private static final String DIRECTORY = "ashlar.attach.directory";
    private static final int BLOCKS = 1000;

    private final Process process;

    /** Starts it, and waits until it is ready. */
    PoolProcess(Path directory, String... pools) throws IOException {
        process = start(PoolProcess.class.getName(), directory, List.of(pools));
        String line = process.inputReader().readLine();
        if (!"ready".equals(line)) {
            throw new IOException(line + " (expected: ready)");
        }
    }

    /** Starts a main class on all that this JVM loads from, modules or not; its errors are this JVM's. */
    static Process start(String main, Path directory, List<String> arguments) throws IOException {
        return start(main, directory, arguments, ProcessBuilder.Redirect.INHERIT);
    }

    /** The same, with its errors elsewhere. */
    static Process start(String main, Path directory, List<String> arguments, ProcessBuilder.Redirect errors)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-D" + DIRECTORY + "=" + directory,
                "-cp",
                String.join(File.pathSeparator, classPath()),
                main));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(errors).start();
    }

    private static Set<String> classPath() {
        Set<String> entries = new LinkedHashSet<>();
        entries.add(testClasses().toString());
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            SEPARATOR.splitAsStream(System.getProperty(property, "")).filter(entry -> !entry.isEmpty()).forEach(
                    entries::add);
        }
        return entries;
    }

    /** Where this class was loaded from: in a module that is patched with tests, its own location does not say. */
    private static Path testClasses() {
        String name = PoolProcess.class.getSimpleName() + ".class";
        try {
            Path file = Path.of(PoolProcess.class.getResource(name).toURI());
            return file.resolve("../../../../..").normalize();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    String id() {
        return Long.toString(process.pid());
    }

    /** Ends it by force, and waits until it has gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Ends it as its program would, and waits until it has gone. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.onExit().join();
    }

    /** Runs in the second JVM. */
    public static void main(String[] names) throws IOException {
        List<MemoryPool> pools = new ArrayList<>();
        for (String name : names) {
            MemoryPool pool = MemoryPool.builder().name(name).capacity(64 << 20).arenas(2).build();
            long[] blocks = new long[BLOCKS];
            for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = pool.allocateAddress(100 + i * 17 % 20_000);
            }
            for (int i = 0; i < BLOCKS; i += 2) {
                pool.freeAddress(blocks[i]);
            }
            pools.add(pool);
        }
        if (!pools.isEmpty()) {
            awaitAttachable();
        }
        IO.println("ready");
        try (BufferedReader in =
                new BufferedReader(new java.io.InputStreamReader(System.in, java.nio.charset.StandardCharsets.UTF_8))) {
            while (in.readLine() != null) {
                // Until the test has had enough.
            }
        }
        pools.forEach(MemoryPool::close);
    }

    private static void awaitAttachable() throws IOException {
        while (true) {
            try {
                AttachClient.of(ProcessHandle.current().pid());
                return;
            } catch (AttachException e) {
                Thread.onSpinWait();
            }
        }
    }
}
