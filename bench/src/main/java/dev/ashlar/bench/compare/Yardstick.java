package dev.ashlar.bench.compare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.ashlar.bench.process.ChildFailedException;
import dev.ashlar.bench.process.ChildProcess;
import org.jspecify.annotations.Nullable;

/** The C program, compiled where it is needed. */
final class Yardstick {
    /** What to install where there is no C compiler. */
    static final String COMPILER = "a C compiler named cc (Debian package gcc)";

    private static final String SOURCE = "yardstick.c";

    private final Path program;

    private Yardstick(Path program) {
        this.program = program;
    }

    /**
     * Compiles it.
     *
     * @param compiler to call, such as {@code cc}
     * @param folder for source and program
     * @return null where there is no such compiler
     * @throws ChildFailedException if the compiler refuses
     */
    static @Nullable Yardstick compileOrNull(String compiler, Path folder) throws IOException, InterruptedException {
        Path source = folder.resolve(SOURCE);
        try (InputStream in = Yardstick.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IOException(SOURCE + ": not in the program (expected: beside " + Yardstick.class + ")");
            }
            Files.copy(in, source);
        }
        Path program = folder.resolve("yardstick");
        List<String> command =
                List.of(compiler, "-O2", "-o", program.toString(), source.toString(), "-lpthread");
        ChildProcess.Output output;
        try {
            output = ChildProcess.run(command, Map.of());
        } catch (IOException e) {
            // The one thing that keeps a process from starting here: there is no such program.
            return null;
        }
        output.outOrFail(compiler + " on " + SOURCE);
        return new Yardstick(program);
    }

    ChildProcess.Output run(List<String> arguments, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(arguments);
        return ChildProcess.run(command, environment);
    }

    /** The value of a {@code key=value} line. */
    static String value(String key, String output, String subject) throws IOException {
        String start = key + "=";
        return output.lines()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .findFirst()
                .orElseThrow(
                        () -> new IOException(subject + ": \"" + output.strip() + "\" (expected: " + start + "...)"));
    }
}
