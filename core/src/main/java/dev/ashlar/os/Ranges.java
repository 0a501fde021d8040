package dev.ashlar.os;

/** Checks of the arguments that all implementations share. */
final class Ranges {

    private Ranges() {}

    /** Checks a range to act on. */
    static void check(long address, long bytes, int pageSizeBytes) {
        if (address <= 0 || (address & (pageSizeBytes - 1)) != 0) {
            throw new IllegalArgumentException("address: 0x" + Long.toHexString(address)
                    + " (expected: a positive multiple of " + pageSizeBytes + ")");
        }
        checkLength(bytes, pageSizeBytes);
        if (bytes > Long.MAX_VALUE - address) {
            throw new IllegalArgumentException(
                    "bytes: " + bytes + " (expected: at most " + (Long.MAX_VALUE - address) + " from this address)");
        }
    }

    /** Checks what is to be reserved. */
    static void checkReserve(long bytes, long alignment, int pageSizeBytes) {
        checkLength(bytes, pageSizeBytes);
        if (Long.bitCount(alignment) != 1 || alignment < 0) {
            throw new IllegalArgumentException("alignment: " + alignment + " (expected: a power of two)");
        }
    }

    /**
     * Returns the length in which an aligned range of {@code bytes} can be found wherever the system puts it. If
     * there is no such number the result is one that no system maps.
     */
    static long withSlack(long bytes, long alignment, int pageSizeBytes) {
        long slack = Math.max(alignment, pageSizeBytes) - pageSizeBytes;
        return bytes <= Long.MAX_VALUE - slack ? bytes + slack : Long.MAX_VALUE & -pageSizeBytes;
    }

    /** Returns how far the first aligned address lies behind {@code address}. */
    static long skip(long address, long alignment) {
        return -address & (alignment - 1);
    }

    private static void checkLength(long bytes, int pageSizeBytes) {
        if (bytes <= 0 || (bytes & (pageSizeBytes - 1)) != 0) {
            throw new IllegalArgumentException(
                    "bytes: " + bytes + " (expected: a positive multiple of " + pageSizeBytes + ")");
        }
    }
}
