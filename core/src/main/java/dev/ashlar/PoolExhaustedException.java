package dev.ashlar;

import org.jspecify.annotations.Nullable;

/**
 * A request that can't be served now. The pool is unchanged and serves on; a smaller request, or the same one after some blocks
 * have been freed, may succeed.
 */
public final class PoolExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What stood in the way. */
    public enum Cause {
        /** The pool may not grow, and less is free than was asked for. */
        CAPACITY,
        /** A budget within the pool is used up. */
        BUDGET,
        /** Enough is free in sum, but not in one piece. */
        FRAGMENTATION,
        /** The operating system refused to commit memory; see {@link #errno()}. */
        OPERATING_SYSTEM
    }

    private final Cause kind;
    private final long requestedBytes;
    private final HeapStatistics statistics;
    private final int errno;

    /**
     * Describes a failed request.
     *
     * @param message what was asked for, what there is, and what would have helped
     * @param kind what stood in the way
     * @param requestedBytes of the request
     * @param statistics of the pool at that moment
     * @param errno of the operating system's refusal, or 0
     * @param cause of it, or null
     */
    public PoolExhaustedException(
            String message,
            Cause kind,
            long requestedBytes,
            HeapStatistics statistics,
            int errno,
            @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.requestedBytes = requestedBytes;
        this.statistics = statistics;
        this.errno = errno;
    }

    /** What stood in the way. */
    public Cause kind() {
        return kind;
    }

    /** The bytes that were asked for. */
    public long requestedBytes() {
        return requestedBytes;
    }

    /** The pool's figures when the request failed. */
    public HeapStatistics statistics() {
        return statistics;
    }

    /** The operating system's error number, or 0 if it was not asked or did not refuse. */
    public int errno() {
        return errno;
    }
}
