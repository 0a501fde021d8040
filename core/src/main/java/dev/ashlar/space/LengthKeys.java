package dev.ashlar.space;

/**
 * One number for the length and the offset of a free extent, in the order of length and then of offset: so that an index by length compares one number in each step of a search.
 *
 * <pre>{@code
 *     length below 2^32      | e | length without its leading bit | offset / 2^e |      e = floor(log2(length))
 *       62 bits                5   e                                57 - e
 *     else                   2^62 + (length - 2^32)
 * }</pre>
 *
 * <p>Of two extents of one length the offsets differ by more than 2^e, as they are disjoint: so the lowest <i>e</i> bits say nothing. Keys are unique for offsets below 2^57 and
 * lengths below 2^32. Beyond, extents of one length may have one key, never those of two lengths; the offset decides then.
 */
final class LengthKeys {
    private static final int OFFSET_BITS = 57;
    private static final int LONG_EXPONENT = Long.SIZE / 2;
    private static final long LONG = 1L << LONG_EXPONENT;
    private static final long FIRST_LONG_KEY = 1L << 62;

    /** What {@link #length} returns for this length and all above. There can be only one such extent, as it is more than half of all offsets. */
    static final long LONGEST = LONG + (Long.MAX_VALUE - FIRST_LONG_KEY);

    private LengthKeys() {}

    /** The key of an extent; with offset 0, the lowest key of a length. */
    static long of(long length, long offset) {
        if (length >= LONG) {
            return FIRST_LONG_KEY + (Math.min(length, LONGEST) - LONG);
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(length);
        int bits = OFFSET_BITS - exponent;
        // One less, as the leading bit of the length adds one.
        return ((exponent - 1L) << OFFSET_BITS) + (length << bits) + Math.min(offset >>> exponent, (1L << bits) - 1);
    }

    /** The length of the extent, but {@link #LONGEST} at most. */
    static long length(long key) {
        if (key >= FIRST_LONG_KEY) {
            return LONG + (key - FIRST_LONG_KEY);
        }
        int exponent = (int) (key >>> OFFSET_BITS);
        return (key - ((exponent - 1L) << OFFSET_BITS)) >>> (OFFSET_BITS - exponent);
    }
}
