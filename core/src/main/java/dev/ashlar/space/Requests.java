package dev.ashlar.space;

/** What is checked of each request before anything else is done. */
final class Requests {
    private Requests() {}

    static void checkRange(long offset, long length) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset: " + offset + " (expected: 0 or more)");
        }
        checkLength(length);
        checkEnd(offset, length);
    }

    static void checkLength(long length) {
        if (length <= 0) {
            throw new IllegalArgumentException("length: " + length + " (expected: 1 or more)");
        }
    }

    static void checkAlignment(long alignment) {
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("alignment: " + alignment + " (expected: a power of two)");
        }
    }

    /** Like {@link #checkRange}, for a query, where the range may be empty. */
    static void checkQuery(long offset, long length) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset: " + offset + " (expected: 0 or more)");
        }
        if (length < 0) {
            throw new IllegalArgumentException("length: " + length + " (expected: 0 or more)");
        }
        checkEnd(offset, length);
    }

    private static void checkEnd(long offset, long length) {
        if (length > Long.MAX_VALUE - offset) {
            throw new IllegalArgumentException(
                    "range: offset " + offset + " and length " + length + " (expected: an end of at most 2^63 - 1)");
        }
    }

    /** {@code [4096, 8192)} */
    static String range(long from, long to) {
        return "[" + from + ", " + to + ")";
    }

    /**
     * The first multiple of the alignment at or above an offset.
     *
     * @return negative if that is above {@link Long#MAX_VALUE}
     */
    static long alignUp(long offset, long alignment) {
        return (offset + alignment - 1) & -alignment;
    }
}
