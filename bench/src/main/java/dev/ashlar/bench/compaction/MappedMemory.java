package dev.ashlar.bench.compaction;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;

/** Resident memory of a range of addresses, as {@code /proc/self/smaps} has it: the sum over the mappings that begin in the range. */
final class MappedMemory {
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final String RESIDENT = "Rss:";

    private MappedMemory() {}

    /** Whether the system tells. */
    static boolean isKnown() {
        return Files.isReadable(SMAPS);
    }

    /** Bytes that are resident in mappings that begin in {@code [from, to)}. */
    static long residentBytes(long from, long to) {
        long[] sum = {0};
        boolean[] inside = {false};
        try (Stream<String> lines = Files.lines(SMAPS)) {
            lines.forEach(line -> {
                int dash = line.indexOf('-');
                if (dash > 0 && line.indexOf(' ') > dash && isHex(line.charAt(0)) && line.indexOf(':') > dash) {
                    long start = HexFormat.fromHexDigitsToLong(line, 0, dash);
                    inside[0] = start >= from && start < to;
                } else if (inside[0] && line.startsWith(RESIDENT)) {
                    sum[0] += kibibytes(line) << 10;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sum[0];
    }

    private static boolean isHex(char digit) {
        return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.substring(RESIDENT.length(), line.length() - " kB".length()).trim());
    }
}
