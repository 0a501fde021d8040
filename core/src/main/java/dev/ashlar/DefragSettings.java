package dev.ashlar;

import java.time.Duration;
import java.util.Objects;

/**
 * How a pool's worker defragments on its own. All may be changed while the pool is in use. Shares are from 0 to 1; a threshold above 1 is never reached.
 *
 * @param decayTime how long pages of free memory stay with the process after they were last used: they are given back over this time, few at first
 *     and few at last, along a smooth step. 0: at the worker's next run. {@link #NEVER}: not at all
 * @param slice how long the worker may have an arena's lock at a time
 * @param fragmentation from so much fragmentation on empty slabs are merged
 * @param pendingShare from so much of committed memory in caches and queues on, the same
 * @param freeShare fragmentation is worth that only if so much of committed memory is free in partly used regions
 * @param idleTime after so long without a request that reached an arena, the same
 * @param compaction when movable blocks are moved together
 */
public record DefragSettings(
        Duration decayTime,
        Duration slice,
        double fragmentation,
        double pendingShare,
        double freeShare,
        Duration idleTime,
        CompactionSettings compaction) {
    /** A decay time that nothing outlasts. */
    public static final Duration NEVER = Duration.ofSeconds(Long.MAX_VALUE);

    private static final Duration LONGEST_DECAY = Duration.ofDays(1);
    private static final Duration LONGEST_SLICE = Duration.ofSeconds(1);
    private static final DefragSettings DEFAULT =
            new DefragSettings(Duration.ofSeconds(10), Duration.ofNanos(100_000), 0.5, 0.25, 0.25,
                    Duration.ofSeconds(1), CompactionSettings.ofDefaults());

    /**
     * Checks each.
     *
     * @throws IllegalArgumentException if the decay time is not between 0 and a day, nor {@link #NEVER}; the slice not between a microsecond
     *     and a second; a share or the idle time negative
     */
    public DefragSettings {
        Objects.requireNonNull(decayTime, "decayTime");
        Objects.requireNonNull(slice, "slice");
        Objects.requireNonNull(idleTime, "idleTime");
        Objects.requireNonNull(compaction, "compaction");
        if (!decayTime.equals(NEVER) && (decayTime.isNegative() || decayTime.compareTo(LONGEST_DECAY) > 0)) {
            throw new IllegalArgumentException("decayTime: " + decayTime + " (expected: 0 to 1 day, or NEVER)");
        }
        if (slice.compareTo(Duration.ofNanos(1000)) < 0 || slice.compareTo(LONGEST_SLICE) > 0) {
            throw new IllegalArgumentException("slice: " + slice + " (expected: 1 us to 1 s)");
        }
        if (idleTime.isNegative()) {
            throw new IllegalArgumentException("idleTime: " + idleTime + " (expected: 0 or more)");
        }
        CompactionSettings.checkShare("fragmentation", fragmentation);
        CompactionSettings.checkShare("pendingShare", pendingShare);
        CompactionSettings.checkShare("freeShare", freeShare);
    }

    /**
     * Decay over 10 s, slices of 100 microseconds, merging from a fragmentation of a half, a quarter pending, or a second idle on; compaction by
     * {@linkplain CompactionSettings#ofDefaults its own}.
     */
    public static DefragSettings ofDefaults() {
        return DEFAULT;
    }

    /** The same with another decay time. */
    public DefragSettings withDecayTime(Duration time) {
        return new DefragSettings(time, slice, fragmentation, pendingShare, freeShare, idleTime, compaction);
    }

    /** The same with another slice. */
    public DefragSettings withSlice(Duration time) {
        return new DefragSettings(decayTime, time, fragmentation, pendingShare, freeShare, idleTime, compaction);
    }

    /** The same with another threshold of fragmentation. */
    public DefragSettings withFragmentation(double share) {
        return new DefragSettings(decayTime, slice, share, pendingShare, freeShare, idleTime, compaction);
    }

    /** The same with another threshold of pending memory. */
    public DefragSettings withPendingShare(double share) {
        return new DefragSettings(decayTime, slice, fragmentation, share, freeShare, idleTime, compaction);
    }

    /** The same with another threshold of free memory. */
    public DefragSettings withFreeShare(double share) {
        return new DefragSettings(decayTime, slice, fragmentation, pendingShare, share, idleTime, compaction);
    }

    /** The same with another idle time. */
    public DefragSettings withIdleTime(Duration time) {
        return new DefragSettings(decayTime, slice, fragmentation, pendingShare, freeShare, time, compaction);
    }

    /** The same with other thresholds for moving movable blocks together. */
    public DefragSettings withCompaction(CompactionSettings settings) {
        return new DefragSettings(decayTime, slice, fragmentation, pendingShare, freeShare, idleTime, settings);
    }
}
