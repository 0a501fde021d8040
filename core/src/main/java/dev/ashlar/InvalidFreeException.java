package dev.ashlar;

/**
 * A free, or a resize, of something that is not a live block of this heap. Nothing was changed.
 *
 * <p>The message names the address, its region and the state found there.
 */
public final class InvalidFreeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Why a free was refused. */
    public enum Reason {
        /** The address lies in memory that is free already. */
        DOUBLE_FREE,
        /** The address lies inside a live block, but is not where that block begins. */
        INTERIOR,
        /** No heap of this process handed the address out, or the segment is not a heap's own. */
        NOT_FROM_POOL,
        /** The address lies in another heap's memory. */
        WRONG_POOL,
        /** The segment is of an earlier owner; the block has been handed out again since (hardened heaps only). */
        STALE
    }

    private final Reason reason;
    private final long address;

    /**
     * Describes a refused free.
     *
     * @param reason why it was refused
     * @param address what was to be freed, absolute
     * @param message what was found and what was expected
     */
    public InvalidFreeException(Reason reason, long address, String message) {
        super(reason + ": " + message);
        this.reason = reason;
        this.address = address;
    }

    /** Why the free was refused. */
    public Reason reason() {
        return reason;
    }

    /** The address that was to be freed. */
    public long address() {
        return address;
    }
}
