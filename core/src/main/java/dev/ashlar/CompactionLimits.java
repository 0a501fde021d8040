package dev.ashlar;

import java.time.Duration;
import java.util.Objects;

/**
 * How much a compaction may do, and for how long it may keep others from allocating.
 *
 * @param maxBytes that it may move, in usable bytes; 0 or more
 * @param maxMoves how many blocks it may move; 0 or more
 * @param slice how long it has the lock of the movable blocks at a time, about: it looks at the clock after each few blocks; more than 0
 */
public record CompactionLimits(long maxBytes, long maxMoves, Duration slice) {
    /** As much as there is to do, in slices of 100 microseconds. */
    public static final CompactionLimits NONE =
            new CompactionLimits(Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofNanos(100_000));

    /** Checks each. */
    public CompactionLimits {
        Objects.requireNonNull(slice, "slice");
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes: " + maxBytes + " (expected: 0 or more)");
        }
        if (maxMoves < 0) {
            throw new IllegalArgumentException("maxMoves: " + maxMoves + " (expected: 0 or more)");
        }
        if (slice.isNegative() || slice.isZero()) {
            throw new IllegalArgumentException("slice: " + slice + " (expected: more than 0)");
        }
    }

    /** So many bytes, and the rest as here. */
    public CompactionLimits withMaxBytes(long bytes) {
        return new CompactionLimits(bytes, maxMoves, slice);
    }

    /** So many blocks, and the rest as here. */
    public CompactionLimits withMaxMoves(long moves) {
        return new CompactionLimits(maxBytes, moves, slice);
    }

    /** Slices of this length, and the rest as here. */
    public CompactionLimits withSlice(Duration length) {
        return new CompactionLimits(maxBytes, maxMoves, length);
    }
}
