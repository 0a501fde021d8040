package dev.ashlar.testing;

import dev.ashlar.os.Memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * What a test writes into a block: each word a hash of a seed and its offset. Small blocks are filled; of large ones the
 * head, the tail, and a word on each page.
 */
public final class Pattern {
    private static final long SMALL_BYTES = 2048;
    private static final long EDGE_BYTES = 128;
    private static final long STRIDE_BYTES = 4096;

    private Pattern() {}

    /** Writes the pattern of a seed over a block. */
    public static void write(long address, long bytes, long seed) {
        for (long offset = 0; offset < bytes; offset = next(offset, bytes)) {
            long word = word(seed, offset);
            if (offset + Long.BYTES <= bytes) {
                Memory.putLong(address + offset, word);
            } else {
                for (long i = offset; i < bytes; i++) {
                    Memory.putByte(address + i, (byte) (word >>> (8 * (i - offset))));
                }
            }
        }
    }

    /**
     * Compares.
     *
     * @param bytes that the pattern was written over
     * @param kept of which the first so many are compared
     */
    public static void check(long address, long bytes, long seed, long kept) {
        for (long offset = 0; offset < kept; offset = next(offset, bytes)) {
            long word = word(seed, offset);
            if (offset + Long.BYTES <= Math.min(bytes, kept)) {
                long found = Memory.getLong(address + offset);
                if (found != word) {
                    assertEquals(Long.toHexString(word), Long.toHexString(found), where(address, bytes, offset));
                }
            } else {
                for (long i = offset; i < Math.min(bytes, kept); i++) {
                    byte wanted = (byte) (word >>> (8 * (i - offset)));
                    assertEquals(wanted, Memory.getByte(address + i), where(address, bytes, i));
                }
            }
        }
    }

    private static String where(long address, long bytes, long offset) {
        return "contents of block 0x%x of %d bytes, at offset %d".formatted(address, bytes, offset);
    }

    private static long next(long offset, long bytes) {
        long word = offset + Long.BYTES;
        long tail = Math.max(0, bytes - EDGE_BYTES) & -Long.BYTES;
        if (bytes <= SMALL_BYTES || word < EDGE_BYTES || word >= tail) {
            return word;
        }
        return Math.min(tail, (offset + STRIDE_BYTES) & -STRIDE_BYTES);
    }

    private static long word(long seed, long offset) {
        long mixed = (seed + offset) * 0x9E3779B97F4A7C15L;
        return mixed ^ (mixed >>> 29);
    }
}
