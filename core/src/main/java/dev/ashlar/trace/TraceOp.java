package dev.ashlar.trace;

/** What one event of a trace asks for. */
public enum TraceOp {
    /** A new block, with the allocator's own alignment. */
    ALLOCATE(0),

    /** A live block is given back. */
    FREE(1),

    /** A live block changes its size; it keeps its id. */
    RESIZE(2),

    /** A new block at a multiple of a given alignment. */
    ALLOCATE_ALIGNED(3);

    // values() copies its array at each call, and the reader asks once per event.
    private static final TraceOp[] BY_CODE = {ALLOCATE, FREE, RESIZE, ALLOCATE_ALIGNED};

    private final int code;

    TraceOp(int code) {
        this.code = code;
    }

    /**
     * The byte that stands for this operation in a file.
     *
     * @return 0 to 3
     */
    public int code() {
        return code;
    }

    /**
     * Whether this operation makes a new block, and so takes the next block id.
     *
     * @return true for {@link #ALLOCATE} and {@link #ALLOCATE_ALIGNED}
     */
    public boolean allocates() {
        return this == ALLOCATE || this == ALLOCATE_ALIGNED;
    }

    static boolean isCode(int code) {
        return code >= 0 && code < BY_CODE.length;
    }

    /** The operation of a code for which {@link #isCode} holds. */
    static TraceOp ofCode(int code) {
        return BY_CODE[code];
    }
}
