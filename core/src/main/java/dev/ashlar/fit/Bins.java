package dev.ashlar.fit;

import dev.ashlar.block.BlockLayout;

/**
 * Which sizes share a free list, and which of the lists hold anything.
 *
 * <p>Two levels, after Masmano, Ripoll, Crespo and Real (TLSF, 2004): below 1 KiB each size, in units, has a bin of its own; from there on
 * each doubling is cut into 32 bins. A bitmap has one bit a bin: one word for the bins with one size, and nine with a summary word for the others, so that the next bin
 * that holds anything is one or two bit searches away.
 *
 * <pre>{@code
 *     units   2   3  ...  63 | 64-65  66-67 ... 126-127 | 128-131 ... 252-255 | ...
 *     bin     2   3  ...  63 | 64     65    ... 95      | 96      ... 127     | ...
 * }</pre>
 */
final class Bins {
    /** Bins below this one hold one size each. */
    static final int FIRST_RANGE_BIN = BlockLayout.TREE_UNITS;

    private static final int FIRST_RANGE_LOG = 6;
    private static final int SUBDIVISION_LOG = 5;
    private static final int LAST_LOG = BlockLayout.MAX_REGION_SHIFT - BlockLayout.UNIT_SHIFT - 1;

    /** How many bins there are. */
    static final int COUNT = FIRST_RANGE_BIN + ((LAST_LOG - FIRST_RANGE_LOG + 1) << SUBDIVISION_LOG);

    /** What a search that finds nothing returns. */
    static final int NONE = -1;

    private final long[] ranges = new long[(COUNT - FIRST_RANGE_BIN + Long.SIZE - 1) >>> 6];
    private long summary;
    private long exact;

    /** The bin of blocks of so many units. */
    static int binOf(int units) {
        return units < FIRST_RANGE_BIN ? units : rangeBin(units);
    }

    /** The first bin of which every block has so many units at least; {@link #COUNT} if there is none. */
    static int binAllAtLeast(int units) {
        if (units < FIRST_RANGE_BIN) {
            return units;
        }
        int log = 31 - Integer.numberOfLeadingZeros(units);
        return Math.min(COUNT, rangeBin(units + (1 << (log - SUBDIVISION_LOG)) - 1));
    }

    /** How many low bits of a size its bin leaves open: the depth that the bin's tree can have. */
    static int openBits(int units) {
        return 31 - Integer.numberOfLeadingZeros(units) - SUBDIVISION_LOG;
    }

    private static int rangeBin(int units) {
        int log = 31 - Integer.numberOfLeadingZeros(units);
        int subdivision = (units >>> (log - SUBDIVISION_LOG)) & ((1 << SUBDIVISION_LOG) - 1);
        return FIRST_RANGE_BIN + ((log - FIRST_RANGE_LOG) << SUBDIVISION_LOG) + subdivision;
    }

    boolean isMarked(int bin) {
        return bin < FIRST_RANGE_BIN
                ? ((exact >>> bin) & 1) != 0
                : ((ranges[wordOf(bin)] >>> bin) & 1) != 0;
    }

    void mark(int bin) {
        if (bin < FIRST_RANGE_BIN) {
            exact |= 1L << bin;
        } else {
            ranges[wordOf(bin)] |= 1L << bin;
            summary |= 1L << wordOf(bin);
        }
    }

    void unmark(int bin) {
        if (bin < FIRST_RANGE_BIN) {
            exact &= ~(1L << bin);
            return;
        }
        long word = ranges[wordOf(bin)] & ~(1L << bin);
        ranges[wordOf(bin)] = word;
        if (word == 0) {
            summary &= ~(1L << wordOf(bin));
        }
    }

    /** The first marked bin with one size, at or above {@code bin}, which is such a bin; {@link #FIRST_RANGE_BIN} if there is none. */
    int firstExactFrom(int bin) {
        return Long.numberOfTrailingZeros(exact & (-1L << bin));
    }

    /** The first marked bin at or above {@code bin}, or {@link #NONE}. */
    int firstFrom(int bin) {
        int from = bin;
        if (from < FIRST_RANGE_BIN) {
            int found = firstExactFrom(from);
            if (found < FIRST_RANGE_BIN) {
                return found;
            }
            from = FIRST_RANGE_BIN;
        }
        if (from >= COUNT) {
            return NONE;
        }
        int index = wordOf(from);
        long word = ranges[index] & (-1L << from);
        if (word == 0) {
            long rest = summary & (-2L << index);
            if (rest == 0) {
                return NONE;
            }
            index = Long.numberOfTrailingZeros(rest);
            word = ranges[index];
        }
        return FIRST_RANGE_BIN + (index << 6) + Long.numberOfTrailingZeros(word);
    }

    /** The last marked bin, or {@link #NONE}. */
    int last() {
        if (summary != 0) {
            int index = Long.SIZE - 1 - Long.numberOfLeadingZeros(summary);
            return FIRST_RANGE_BIN + (index << 6) + Long.SIZE - 1 - Long.numberOfLeadingZeros(ranges[index]);
        }
        return exact == 0 ? NONE : Long.SIZE - 1 - Long.numberOfLeadingZeros(exact);
    }

    private static int wordOf(int rangeBin) {
        return (rangeBin - FIRST_RANGE_BIN) >>> 6;
    }
}
