package dev.ashlar.block;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.os.Memory;

/**
 * Reads and writes block headers, with their check bits.
 *
 * <p><b>Why two checks.</b> Word A belongs to whoever may merge (it changes when the neighbour becomes free), word B to whoever holds
 * the block. Each carries its own check, so that neither has to be rewritten for the other's sake, and a damaged boundary tag is found
 * before the block that it points to is read.
 *
 * <p><b>What a check is.</b> {@code keyed(address) ^ fold(content)}. The keyed part is a multiplicative hash (Knuth, volume 3, section
 * 6.4) of the address and a secret of the heap: a header that was copied, forged, or is no header at all, passes with a chance of one
 * in 128 (word B) or 1,024 (word A). The folded part is linear and moves each content bit to exactly one check bit: a single flipped bit
 * is always found, wherever it is.
 */
public final class Headers {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final int CHECK_B_SHIFT = 57;
    private static final int CHECK_A_SHIFT = 47;
    private static final int CHECK_A_MASK = 0x3FF;

    private final long secret;
    private final Geometry geometry;

    /**
     * Headers of one heap.
     *
     * @param geometry for messages
     * @param secret that no input of the program can know
     */
    public Headers(Geometry geometry, long secret) {
        this.geometry = geometry;
        this.secret = secret;
    }

    /** Units of a word B. */
    public static int units(int wordB) {
        return wordB & BlockLayout.UNITS_MASK;
    }

    /** State of a word B. */
    public static int state(int wordB) {
        return (wordB >>> BlockLayout.STATE_SHIFT) & BlockLayout.STATE_MASK;
    }

    /** Word B as it stands, checked by nothing. */
    public int rawWord(long block) {
        return Memory.getInt(block + BlockLayout.WORD_B);
    }

    /** Whether {@code wordB}, read at {@code block}, carries the right check bits. */
    public boolean isIntact(long block, int wordB) {
        return wordB >>> BlockLayout.CONTENT_BITS == checkB(keyed(block), wordB & BlockLayout.CONTENT_MASK)
                && state(wordB) != 0;
    }

    /**
     * Word B of a block that must be there.
     *
     * @throws HeapCorruptionException if its check bits are wrong
     */
    public int word(long block) {
        int wordB = rawWord(block);
        if (!isIntact(block, wordB)) {
            throw damagedWord(block, wordB);
        }
        return wordB;
    }

    /**
     * Checks that word B says just this.
     *
     * @throws HeapCorruptionException if it doesn't
     */
    public void expect(long block, int units, int state) {
        int wordB = rawWord(block);
        if (wordB != wordB(block, units, state)) {
            throw new HeapCorruptionException(
                    block,
                    "block %s: word B is 0x%08x, %s, %d units (expected: 0x%08x, %s, %d units)"
                            .formatted(
                                    geometry.describe(block),
                                    wordB,
                                    BlockLayout.stateName(state(wordB)),
                                    units(wordB),
                                    wordB(block, units, state),
                                    BlockLayout.stateName(state),
                                    units));
        }
    }

    private int wordB(long block, int units, int state) {
        int content = units | (state << BlockLayout.STATE_SHIFT);
        return content | (checkB(keyed(block), content) << BlockLayout.CONTENT_BITS);
    }

    /** Writes word B. */
    public void set(long block, int units, int state) {
        Memory.putInt(block + BlockLayout.WORD_B, wordB(block, units, state));
    }

    /**
     * Units of the previous block if that is free, else 0.
     *
     * @throws HeapCorruptionException if the check bits of word A are wrong
     */
    public int previousFreeUnits(long block) {
        int wordA = Memory.getInt(block + BlockLayout.WORD_A);
        int units = wordA & BlockLayout.UNITS_MASK;
        if (wordA >>> BlockLayout.UNITS_BITS != checkA(keyed(block), units)) {
            throw new HeapCorruptionException(
                    block,
                    "block %s: word A is 0x%08x (expected: check bits 0x%x)"
                            .formatted(geometry.describe(block), wordA, checkA(keyed(block), units)));
        }
        return units;
    }

    /** Writes word A: the boundary tag. */
    public void setPreviousFreeUnits(long block, int units) {
        Memory.putInt(block + BlockLayout.WORD_A, units | checkA(keyed(block), units) << BlockLayout.UNITS_BITS);
    }

    /** Overwrites the header of a block that has become part of another, so that a late free finds none there. */
    public static void erase(long block) {
        Memory.putLong(block + BlockLayout.WORD_A, 0);
    }

    /** What a damaged word B is reported as. */
    public HeapCorruptionException damagedWord(long block, int wordB) {
        return new HeapCorruptionException(
                block,
                "block %s: word B is 0x%08x, %s, %d units (expected: check bits 0x%x)"
                        .formatted(
                                geometry.describe(block),
                                wordB,
                                BlockLayout.stateName(state(wordB)),
                                units(wordB),
                                checkB(keyed(block), wordB & BlockLayout.CONTENT_MASK)));
    }

    /** 64 keyed bits for an address, of which the upper ones are well mixed. */
    public long keyed(long block) {
        return (block ^ secret) * MULTIPLIER;
    }

    private static int checkB(long keyed, int content) {
        return (int) (keyed >>> CHECK_B_SHIFT) ^ ((content ^ content >>> 7 ^ content >>> 14 ^ content >>> 21) & 0x7F);
    }

    private static int checkA(long keyed, int units) {
        return ((int) (keyed >>> CHECK_A_SHIFT) ^ units ^ units >>> 10 ^ units >>> 20) & CHECK_A_MASK;
    }
}
