package dev.ashlar.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A demo in a second JVM, which has said what to try. */
final class DemoProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final List<String> lines = new ArrayList<>();

    DemoProcess(Path sockets, Path directory, String... arguments) throws IOException {
        process = PoolProcess.start(Main.class.getName(), sockets,
                Stream.concat(Stream.of("demo", "--directory", directory.toString()), Stream.of(arguments)).toList());
        out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            lines.add(line);
            if (line.contains(" map ")) {
                return;
            }
        }
        throw new IOException(lines + " (expected: what to try)");
    }

    String id() {
        return Long.toString(process.pid());
    }

    /** What stands behind the name of a line. */
    String line(String name) {
        return lines.stream().filter(line -> line.startsWith(name)).findFirst().orElseThrow()
                .substring(name.length()).strip();
    }

    /** Sends it a signal, and waits for its end. What it prints is in {@link #text}. */
    int end(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, id()).inheritIO().start().waitFor();
        return exitCode();
    }

    /** Waits for its end. */
    int exitCode() throws InterruptedException {
        out.lines().forEach(lines::add);
        return process.waitFor();
    }

    /** All that it has printed, as far as it was read. */
    String text() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
