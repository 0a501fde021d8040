package dev.ashlar.bench.replay;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A trace to replay.
 *
 * @param name for tables and messages
 * @param file that holds it
 */
public record TraceSource(String name, Path file) {
    /** The traces that the project carries, in the order in which they are replayed by default. */
    public static final List<String> CARRIED = List.of("sqlite", "rocksdb", "clickhouse", "python");

    private static final String SUFFIX = ".atrace.gz";

    /**
     * Finds a trace that the project carries, or else a file. (A file of the same name is {@code ./name}.)
     *
     * @param nameOrFile as the user wrote it
     * @param home the project's folder
     * @return the trace; its file is there and can be read
     * @throws IllegalArgumentException if there is neither
     */
    public static TraceSource find(String nameOrFile, Path home) {
        if (CARRIED.contains(nameOrFile)) {
            return readable(nameOrFile, home.resolve("traces").resolve(nameOrFile + SUFFIX));
        }
        Path file = Path.of(nameOrFile);
        if (!Files.exists(file)) {
            throw new IllegalArgumentException(
                    "trace " + nameOrFile + ": neither a carried trace nor a file (expected: "
                            + String.join(", ", CARRIED) + ", or the path of an ATRC file)");
        }
        return readable(shortName(file), file);
    }

    private static TraceSource readable(String name, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            String found = Files.isDirectory(file) ? "a folder" : Files.exists(file) ? "not readable" : "not there";
            throw new IllegalArgumentException("trace " + file + ": " + found + " (expected: a readable ATRC file)");
        }
        return new TraceSource(name, file);
    }

    private static String shortName(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SUFFIX) && name.length() > SUFFIX.length()
                ? name.substring(0, name.length() - SUFFIX.length())
                : name;
    }
}
