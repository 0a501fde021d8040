package dev.ashlar.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux says about the mappings of this process. */
final class ProcMaps {

    private ProcMaps() {}

    /** Returns the rights at an address, such as {@code "r--p"}, or {@code ""} if nothing is mapped there. */
    static String rights(long address) {
        for (String line : read("/proc/self/maps")) {
            if (covers(line, address)) {
                return line.substring(line.indexOf(' ') + 1, line.indexOf(' ') + 5);
            }
        }
        return "";
    }

    /** Returns the flags of the mapping at an address, as in {@code VmFlags}: {@code ac} means charged. */
    static List<String> flags(long address) {
        boolean inside = false;
        for (String line : read("/proc/self/smaps")) {
            if (line.startsWith("VmFlags:")) {
                if (inside) {
                    return List.of(line.substring("VmFlags:".length()).strip().split(" "));
                }
            } else if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                inside = covers(line, address);
            }
        }
        throw new AssertionError("not mapped: 0x" + Long.toHexString(address));
    }

    private static boolean covers(String line, long address) {
        int dash = line.indexOf('-');
        long from = Long.parseUnsignedLong(line.substring(0, dash), 16);
        long to = Long.parseUnsignedLong(line.substring(dash + 1, line.indexOf(' ')), 16);
        // vsyscall lies in the upper half, where no reservation does
        return from >= 0 && from <= address && (address < to || to < 0);
    }

    private static List<String> read(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
