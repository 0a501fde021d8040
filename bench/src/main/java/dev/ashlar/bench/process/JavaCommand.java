package dev.ashlar.bench.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The command of a measuring JVM: this JDK, the class path, the serial collector, and a Java heap of fixed size.
 *
 * <p>On the class path, even if this JVM runs modules: the peers' libraries are no modules that the descriptor demands. {@code
 * sun.misc.Unsafe} is allowed, because Netty silently does without it otherwise, and is slower.
 */
public final class JavaCommand {
    private static final Pattern SEPARATOR = Pattern.compile(Pattern.quote(File.pathSeparator));

    private JavaCommand() {}

    /**
     * A command.
     *
     * @param main class with a {@code main} method
     * @param heapBytes of the Java heap
     * @param isPreTouched whether the Java heap is to be resident from the start, so that its growth is not taken for the peer's
     * @param arguments of the main method
     */
    public static List<String> of(Class<?> main, long heapBytes, boolean isPreTouched, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xms" + heapBytes);
        command.add("-Xmx" + heapBytes);
        if (isPreTouched) {
            command.add("-XX:+AlwaysPreTouch");
        }
        // Netty takes its limit from here; the default is the Java heap's size.
        command.add("-XX:MaxDirectMemorySize=64g");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:-UsePerfData");
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("--sun-misc-unsafe-memory-access=allow");
        command.add("-cp");
        command.add(String.join(File.pathSeparator, classPath()));
        command.add(main.getName());
        command.addAll(arguments);
        return command;
    }

    /** All that this JVM loads from, modules or not; a folder of jars by its wildcard. */
    private static Set<String> classPath() {
        Set<String> entries = new TreeSet<>();
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            for (String entry : SEPARATOR.splitAsStream(System.getProperty(property, "")).toList()) {
                if (!entry.isEmpty()) {
                    entries.add(holdsJars(Path.of(entry)) ? entry + File.separator + "*" : entry);
                }
            }
        }
        return entries;
    }

    private static boolean holdsJars(Path entry) {
        if (!Files.isDirectory(entry)) {
            return false;
        }
        try (Stream<Path> files = Files.list(entry)) {
            return files.anyMatch(file -> file.toString().endsWith(".jar"));
        } catch (IOException e) {
            return false;
        }
    }
}
