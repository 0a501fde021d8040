package dev.ashlar.region;

/**
 * A set of region numbers that finds members and runs of neighbours.
 *
 * <p>One bit a region: 1 TiB of 64 MiB regions is 16,384 bits, which the searches pass 64 at a time.
 */
final class RegionBitmap {
    /** What a search that finds nothing returns. */
    static final int NONE = -1;

    private final long[] words;
    private final int size;
    private int count;

    RegionBitmap(int size) {
        this.size = size;
        words = new long[(size + Long.SIZE - 1) >>> 6];
    }

    int count() {
        return count;
    }

    boolean contains(int region) {
        return ((words[region >>> 6] >>> region) & 1) != 0;
    }

    void add(int region) {
        if (!contains(region)) {
            words[region >>> 6] |= 1L << region;
            count++;
        }
    }

    void remove(int region) {
        if (contains(region)) {
            words[region >>> 6] &= ~(1L << region);
            count--;
        }
    }

    /** The lowest member at or above {@code from}, or {@link #NONE}. */
    int firstFrom(int from) {
        return firstEqual(from, 0);
    }

    /** The highest member, or {@link #NONE}. */
    int last() {
        for (int index = words.length - 1; index >= 0; index--) {
            if (words[index] != 0) {
                return (index << 6) + Long.SIZE - 1 - Long.numberOfLeadingZeros(words[index]);
            }
        }
        return NONE;
    }

    /** The lowest number at or above {@code from} that is no member; {@code size} if there is none. */
    int firstAbsentFrom(int from) {
        int absent = firstEqual(from, -1);
        return absent == NONE ? size : absent;
    }

    /** How many members the longest run of neighbours has. */
    int longestRun() {
        int longest = 0;
        for (int start = firstFrom(0); start != NONE;) {
            int end = firstAbsentFrom(start);
            longest = Math.max(longest, end - start);
            start = firstFrom(end);
        }
        return longest;
    }

    private int firstEqual(int from, long flip) {
        if (from >= size) {
            return NONE;
        }
        int index = from >>> 6;
        long word = (words[index] ^ flip) & -1L << from;
        while (word == 0) {
            if (++index == words.length) {
                return NONE;
            }
            word = words[index] ^ flip;
        }
        int found = (index << 6) + Long.numberOfTrailingZeros(word);
        return found < size ? found : NONE;
    }
}
