package dev.ashlar.bench.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Resident bytes of a range of this process's addresses: the {@code Rss} of its mappings in {@code /proc/self/smaps}. */
public final class MappedMemory {
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final String RESIDENT = "Rss:";

    private MappedMemory() {}

    /**
     * Adds up the mappings that begin in a range. A neighbour with the same rights may be one mapping with it, and counts then, too.
     *
     * @param from first address
     * @param to behind the last
     * @return bytes, or empty where the operating system has no such file
     * @throws IOException if it can't be read
     */
    public static OptionalLong residentBytes(long from, long to) throws IOException {
        if (!Files.isReadable(SMAPS)) {
            return OptionalLong.empty();
        }
        long kibibytes = 0;
        boolean isInside = false;
        for (String line : Files.readAllLines(SMAPS)) {
            int dash = line.indexOf('-');
            if (line.startsWith(RESIDENT)) {
                if (isInside) {
                    String amount = line.substring(RESIDENT.length()).strip();
                    kibibytes += Long.parseLong(amount, 0, amount.indexOf(' '), 10);
                }
            } else if (dash > 0 && line.indexOf(' ') > dash && Character.digit(line.charAt(0), 16) >= 0
                    && line.indexOf(':') > dash) {
                long start = Long.parseUnsignedLong(line, 0, dash, 16);
                isInside = Long.compareUnsigned(start, from) >= 0 && Long.compareUnsigned(start, to) < 0;
            }
        }
        return OptionalLong.of(kibibytes * 1024);
    }
}
