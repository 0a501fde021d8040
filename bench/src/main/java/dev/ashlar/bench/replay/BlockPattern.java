package dev.ashlar.bench.replay;

import dev.ashlar.bench.memory.Memory;
/**
 * The contents by which a block is known: each byte follows from the block's id and the byte's place in it.
 *
 * <p>Word <i>k</i> of block <i>i</i> is {@code seed(i) + k * STEP}. Two blocks differ in nearly every byte, and so does a block from
 * itself moved by a word: a write into the wrong block, and a copy to the wrong place, both show.
 */
final class BlockPattern {
    /** What {@link #firstDifference} answers when there is none. */
    static final long NONE = -1;

    // 2^64 divided by the golden ratio, odd: multiples of it spread over all bits.
    private static final long STEP = 0x9E37_79B9_7F4A_7C15L;

    private BlockPattern() {}

    /** Writes bytes {@code from} to {@code to - 1} of a block at a multiple of 8. */
    static void fill(int block, long address, long from, long to) {
        long seed = seed(block);
        long at = from;
        for (; at < to && at % Long.BYTES != 0; at++) {
            Memory.putByte(address + at, expectedByte(seed, at));
        }
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            Memory.putLong(address + at, word(seed, at));
        }
        for (; at < to; at++) {
            Memory.putByte(address + at, expectedByte(seed, at));
        }
    }

    /** The offset of the first of {@code byteSize} bytes that is not as filled, or {@link #NONE}. */
    static long firstDifference(int block, long address, long byteSize) {
        long seed = seed(block);
        long at = 0;
        while (at <= byteSize - Long.BYTES && Memory.getLong(address + at) == word(seed, at)) {
            at += Long.BYTES;
        }
        for (; at < byteSize; at++) {
            if (Memory.getByte(address + at) != expectedByte(seed, at)) {
                return at;
            }
        }
        return NONE;
    }

    /** What stands at an offset of a block that nobody has damaged. */
    static byte expectedByte(int block, long offset) {
        return expectedByte(seed(block), offset);
    }

    private static byte expectedByte(long seed, long offset) {
        return (byte) (word(seed, offset) >>> (offset % Long.BYTES * Byte.SIZE));
    }

    private static long word(long seed, long offset) {
        return seed + offset / Long.BYTES * STEP;
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014, figure 16). */
    private static long seed(int block) {
        long z = (block + 1L) * STEP;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }
}
