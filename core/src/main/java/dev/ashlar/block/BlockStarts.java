package dev.ashlar.block;

import dev.ashlar.os.Memory;

/**
 * One bit for every unit of the regions: does a block begin here? It makes "is this a block" exact where check bits only make it
 * likely, and finds the block that an address lies in.
 *
 * <p>The table lies off heap behind the regions, one 128th of their size, a slice per region that is committed and released with
 * it. Both free and live blocks have their bit. A region that is not committed reads zero: no block.
 *
 * <p>Not thread-safe. {@link #isStart}, {@link #set} and {@link #clear} are O(1); the searches read 64 units at a time.
 */
public final class BlockStarts {
    /** Payload bytes that one byte of the table covers. */
    public static final int BYTES_PER_TABLE_BYTE = 8 * BlockLayout.UNIT_BYTES;

    private static final int WORD_SHIFT = 6;

    private final long base;
    private final long table;

    /**
     * The table of a range.
     *
     * @param base address of the first region
     * @param table address of the table
     */
    public BlockStarts(long base, long table) {
        this.base = base;
        this.table = table;
    }

    /** Whether a block begins at this address, a multiple of 16 inside the range. */
    public boolean isStart(long block) {
        long unit = unit(block);
        return ((Memory.getLong(wordAddress(unit)) >>> unit) & 1) != 0;
    }

    /** A block begins here. */
    public void set(long block) {
        long unit = unit(block);
        long word = wordAddress(unit);
        Memory.putLong(word, Memory.getLong(word) | (1L << unit));
    }

    /** No block begins here any more. */
    public void clear(long block) {
        long unit = unit(block);
        long word = wordAddress(unit);
        Memory.putLong(word, Memory.getLong(word) & ~(1L << unit));
    }

    /**
     * The first block that begins in {@code [from, to)}, or 0.
     *
     * @param from a multiple of 16, inside the range
     * @param to not below {@code from}
     */
    public long firstIn(long from, long to) {
        if (from >= to) {
            return 0;
        }
        long unit = unit(from);
        long end = unit(to + BlockLayout.UNIT_BYTES - 1);
        long bits = Memory.getLong(wordAddress(unit)) & (-1L << unit);
        while (bits == 0) {
            unit = ((unit >>> WORD_SHIFT) + 1) << WORD_SHIFT;
            if (unit >= end) {
                return 0;
            }
            bits = Memory.getLong(wordAddress(unit));
        }
        unit = (unit & (-1L << WORD_SHIFT)) + Long.numberOfTrailingZeros(bits);
        return unit < end ? base + (unit << BlockLayout.UNIT_SHIFT) : 0;
    }

    /**
     * The last block that begins in {@code [from, to]}, or 0.
     *
     * @param from inside the range
     * @param to inside the range, not below {@code from}
     */
    public long lastIn(long from, long to) {
        long first = unit(from + BlockLayout.UNIT_BYTES - 1);
        long unit = unit(to);
        long bits = Memory.getLong(wordAddress(unit)) & (-1L >>> -(unit + 1));
        while (bits == 0) {
            unit = (unit & (-1L << WORD_SHIFT)) - 1;
            if (unit < first) {
                return 0;
            }
            bits = Memory.getLong(wordAddress(unit));
        }
        unit = (unit | ((1L << WORD_SHIFT) - 1)) - Long.numberOfLeadingZeros(bits);
        return unit >= first ? base + (unit << BlockLayout.UNIT_SHIFT) : 0;
    }

    private long unit(long address) {
        return (address - base) >>> BlockLayout.UNIT_SHIFT;
    }

    private long wordAddress(long unit) {
        return table + ((unit >>> WORD_SHIFT) << 3);
    }
}
