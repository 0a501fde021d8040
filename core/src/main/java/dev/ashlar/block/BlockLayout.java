package dev.ashlar.block;

/**
 * Where everything about a block lies. No other class knows an offset, a mask or a state's bits.
 *
 * <p>A block of {@code n} units of 16 bytes is named by its payload's address {@code p}, a multiple of 16:
 *
 * <pre>{@code
 *      p-8        p-4        p                                  p+16n-8    p+16n-4    p+16n
 *     +----------+----------+----------------------------------+----------+----------+---
 *     |  word A  |  word B  |  payload, 16n - 8 bytes          |  word A  |  word B  |  the next block's payload
 *     +----------+----------+----------------------------------+----------+----------+---
 *
 *     word A      bits 0..21   units of the previous block if that is free, else 0      (the boundary tag)
 *                 bits 22..31  check
 *     word B      bits 0..21   units of this block; 1 says: a span, whose size the region table keeps
 *                 bits 22..24  state
 *                 bits 25..31  check
 *
 *     A cell of a slab has no neighbour that merges: its header is one 64-bit word, its holder's alone ({@link CellHeaders}).
 *
 *     A free block's payload:
 *                 p+0   next      p+8   previous                      every free block: it has 24 bytes at least
 *                 p+16  left      p+24  right      p+32  parent       a block of TREE_UNITS or more
 *
 *     A region:   8 bytes unused, blocks, and 8 bytes of a header that ends the last block's neighbourhood:
 *     +-----+--------+--------+--   --+--------+----------+
 *     |  8  | block  | block  |  ...  | block  | sentinel |     the first payload is at 16, the sentinel's "payload"
 *     +-----+--------+--------+--   --+--------+----------+     is the region's end
 * }</pre>
 *
 * <p>The boundary tag is Knuth's (<i>The Art of Computer Programming</i>, volume 1, section 2.5, algorithm C), without a footer:
 * the next block's header keeps it, so that payloads are whole and a merge with the previous block is O(1).
 */
public final class BlockLayout {
    /** Sizes are counted in units of this many bytes, payloads begin at multiples of it. */
    public static final int UNIT_BYTES = 16;

    /** log2 of {@link #UNIT_BYTES}. */
    public static final int UNIT_SHIFT = 4;

    /** Bytes of the header directly before a payload. */
    public static final int HEADER_BYTES = 8;

    /** The smallest block: a header and room for two links. */
    public static final int MIN_UNITS = 2;

    /** From here on a free block has room for five links. */
    public static final int TREE_UNITS = 64;

    /** The largest region: its block sizes just fit word B. */
    public static final int MAX_REGION_SHIFT = 26;

    /** Bytes of a region that no block has: before the first, and the sentinel after the last. */
    public static final int EDGE_BYTES = 16;

    /** From a region's start to its first payload. */
    public static final int FIRST_PAYLOAD_OFFSET = 16;

    /** In word B, instead of a size: this block is a span, and the region table keeps its size. */
    public static final int SPAN_UNITS = 1;

    /** States, in word B. 0 is none, so that zeroed memory holds no valid header. */
    public static final int FREE = 1;

    /** Held by a caller. */
    public static final int LIVE = 2;

    /** Free for callers, not merged yet. */
    public static final int CACHED = 3;

    /** Damaged, never handed out again. */
    public static final int WITHHELD = 4;

    /** The header that ends a region. */
    public static final int SENTINEL = 5;

    static final int WORD_A = -8;
    static final int WORD_B = -4;

    static final int UNITS_BITS = 22;
    static final int UNITS_MASK = (1 << UNITS_BITS) - 1;
    static final int STATE_SHIFT = UNITS_BITS;
    static final int STATE_MASK = 7;
    static final int CONTENT_BITS = 25;
    static final int CONTENT_MASK = (1 << CONTENT_BITS) - 1;

    static final int CELL_HEADER = -8;

    /** A cell's code: the size class, three times; the owner, twice; two bits that are set in a free cell; and nothing else. */
    static final int CELL_CLASS_SHIFT = 57;

    static final int CELL_CLASS_BITS = 7;
    static final int CELL_OWNER_SHIFT = 28;
    static final int CELL_OWNER_BITS = 15;
    static final int CELL_FREE_SHIFT = 11;

    static final int NEXT = 0;
    static final int PREVIOUS = 8;
    static final int LEFT = 16;
    static final int RIGHT = 24;
    static final int PARENT = 32;

    /** Bytes at the start of a free block's payload that links may occupy. */
    public static final int LINK_BYTES = 16;

    /** The same for a block of {@link #TREE_UNITS} or more. */
    public static final int TREE_LINK_BYTES = 40;

    private BlockLayout() {}

    /**
     * The units of a block with room for {@code payloadBytes}.
     *
     * @param payloadBytes from 0 to {@code Long.MAX_VALUE - 32}
     */
    public static long unitsFor(long payloadBytes) {
        return Math.max(MIN_UNITS, (payloadBytes + (HEADER_BYTES + UNIT_BYTES - 1)) >>> UNIT_SHIFT);
    }

    /** The usable bytes of a block of so many units. */
    public static long payloadBytes(long units) {
        return (units << UNIT_SHIFT) - HEADER_BYTES;
    }

    /** How many bytes of a free block's payload hold links. */
    public static int linkBytes(long units) {
        return units < TREE_UNITS ? LINK_BYTES : TREE_LINK_BYTES;
    }

    /** The name of a state in messages. */
    public static String stateName(int state) {
        return switch (state) {
            case FREE -> "free";
            case LIVE -> "live";
            case CACHED -> "cached";
            case WITHHELD -> "withheld";
            case SENTINEL -> "a region's end";
            default -> "no state (" + state + ")";
        };
    }
}
