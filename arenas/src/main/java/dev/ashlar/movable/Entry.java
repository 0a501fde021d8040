package dev.ashlar.movable;

/**
 * The bits of handles, and of the two words that a handle leads to.
 *
 * <pre>{@code
 *     handle   0 | generation 18 | index + 1               45      never 0, never negative
 *
 *     word     L | C | pins 20   | units from the base     42      L live, C being copied
 *              0 | 1 | 0         | units from the base             in transit: being allocated, or freed
 *              0 | 0 | 0         | index + 1 of the next free entry of its chunk, or 0
 *
 *     info     generation 18     | requested bytes         46
 * }</pre>
 *
 * <p>All that a pin, a free and a move must agree on is in one word, and each of them is one compare-and-set of it:
 *
 * <pre>{@code
 *                      pin: pins + 1, C away                 the copy that is being made is not taken
 *     L, no pins  ---> L, pins
 *         ^       <---                                       unpin
 *         |  begin of a move                    free
 *         v                                      |
 *     L, C, no pins ---> L, no pins, elsewhere   v
 *                  end of a move             in transit ---> free, the next generation
 * }</pre>
 */
final class Entry {
    static final int UNITS_BITS = 42;
    static final int PIN_BITS = 20;
    static final long UNITS_MASK = (1L << UNITS_BITS) - 1;
    static final long ONE_PIN = 1L << UNITS_BITS;
    static final long PINS_MASK = ((1L << PIN_BITS) - 1) << UNITS_BITS;
    static final long COPIED = 1L << 62;
    static final long LIVE = 1L << 63;
    static final long IN_TRANSIT = COPIED;

    static final int BYTES_BITS = 46;
    static final long BYTES_MASK = (1L << BYTES_BITS) - 1;

    static final int INDEX_BITS = 45;
    static final long INDEX_MASK = (1L << INDEX_BITS) - 1;
    static final int GENERATION_MASK = (1 << 18) - 1;

    private Entry() {}

    static long handle(long index, int generation) {
        return (long) generation << INDEX_BITS | index + 1;
    }

    /** The index in a handle; -1 in a number that is none. */
    static long index(long handle) {
        return handle < 0 ? -1 : (handle & INDEX_MASK) - 1;
    }

    static int generation(long handle) {
        return (int) (handle >>> INDEX_BITS) & GENERATION_MASK;
    }

    static long info(int generation, long bytes) {
        return (long) generation << BYTES_BITS | bytes;
    }

    static int generationOf(long info) {
        return (int) (info >>> BYTES_BITS);
    }

    static long bytesOf(long info) {
        return info & BYTES_MASK;
    }

    static boolean isLive(long word) {
        return word < 0;
    }

    static boolean isFree(long word) {
        return (word & (LIVE | COPIED)) == 0;
    }

    static boolean isInTransit(long word) {
        return (word & (LIVE | COPIED)) == IN_TRANSIT;
    }

    static int pins(long word) {
        return (int) ((word & PINS_MASK) >>> UNITS_BITS);
    }
}
