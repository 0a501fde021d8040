package dev.ashlar.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.ashlar.os.Memory;

/**
 * Runs a class in a JVM of its own, for what may end the process or depends on its flags. The class and what it uses
 * are on the class path there, in the unnamed module.
 */
public final class ChildJvm {

    private static final long LIMIT_SECONDS = 120;

    /** How a child ended. */
    public record Result(int exitCode, String stdout, String stderr) {}

    private ChildJvm() {}

    /** Runs a class to its end. */
    public static Result run(Class<?> mainClass, List<String> jvmArgs, String... args) {
        return run(command(mainClass, jvmArgs, args));
    }

    /** Returns the command that runs a class, for a caller who puts something before it, such as {@code prlimit}. */
    public static List<String> command(Class<?> mainClass, List<String> jvmArgs, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArgs);
        command.add("-cp");
        command.add(String.join(File.pathSeparator, classPath(mainClass)));
        command.add(mainClass.getName());
        command.addAll(List.of(args));
        return command;
    }

    /**
     * Runs a command to its end. Its working directory is a temporary one, so that a crash leaves no report behind.
     *
     * @throws AssertionError
     *             if it takes more than two minutes
     */
    public static Result run(List<String> command) {
        try {
            Path directory = Files.createTempDirectory("ashlar-child-");
            try {
                return run(command, directory);
            } finally {
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + command, e);
        }
    }

    private static Result run(List<String> command, Path directory) throws IOException, InterruptedException {
        // Into files: a child that nobody reads from would block on a full pipe.
        Path stdout = directory.resolve("stdout");
        Path stderr = directory.resolve("stderr");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile())
                .redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
        // The JVM would take flags from these, and say so on stderr.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("no end after " + LIMIT_SECONDS + " s: " + command + "\n"
                        + Files.readString(stdout) + Files.readString(stderr));
            }
            return new Result(process.exitValue(), Files.readString(stdout), Files.readString(stderr));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** Where the classes were really loaded from comes first: in a patched module no path property names it. */
    private static Set<String> classPath(Class<?> mainClass) {
        Set<String> path = new LinkedHashSet<>();
        for (Class<?> needed : List.of(mainClass, ChildJvm.class, Memory.class)) {
            path.add(root(needed));
        }
        for (String property : List.of("java.class.path", "jdk.module.path")) {
            for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
                if (!entry.isEmpty()) {
                    path.add(Path.of(entry).toAbsolutePath().toString());
                }
            }
        }
        return path;
    }

    /** Returns the folder or jar of a class. */
    private static String root(Class<?> type) {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        URL url = Objects.requireNonNull(type.getResource(file), type.getName());
        String text = url.toString();
        String inside = "/" + type.getName().replace('.', '/') + ".class";
        String root = text.substring(0, text.length() - inside.length());
        if (root.startsWith("jar:") && root.endsWith("!")) {
            root = root.substring("jar:".length(), root.length() - 1);
        }
        return Path.of(URI.create(root)).toString();
    }
}
