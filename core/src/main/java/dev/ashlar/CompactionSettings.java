package dev.ashlar;

import java.time.Duration;
import java.util.Objects;

/**
 * When a pool's worker makes a pass over the movable blocks on its own, and how much one may do. A pass is due when both hold:
 *
 * <pre>{@code
 *     worth it     at least leastGain bytes are free in regions of movable blocks, and either
 *                    their share of those regions has reached unusedShare, or
 *                    their fragmentation has reached fragmentation, and their share DefragSettings.freeShare
 *     not too soon backOff has passed since the last pass; twice as long for each one in a row that gained
 *                  less than leastGain, and never more than longestBackOff
 * }</pre>
 *
 * <p>Passes that gain little count from 0 again when the evidence has changed: leastGain bytes more are free than the last one left, or half of the pins
 * that stood in its way are gone.
 *
 * @param unusedShare of the regions of movable blocks, 0 or more; above 1 it is never reached
 * @param fragmentation {@code 1 - largest free block / free bytes} in those regions, 0 or more; above 1 it is never reached
 * @param leastGain bytes released and purged that are worth a pass; 1 or more
 * @param passBytes that one pass may move, in usable bytes, 1 or more; what a region holds may be moved in any case. What it leaves is due at the next run
 * @param backOff between two passes, 0 or more
 * @param longestBackOff that it may grow to; no less than {@code backOff}
 */
public record CompactionSettings(
        double unusedShare,
        double fragmentation,
        long leastGain,
        long passBytes,
        Duration backOff,
        Duration longestBackOff) {
    private static final double UNREACHED = 2;
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final CompactionSettings DEFAULT = new CompactionSettings(
            0.5, 0.9, 8 << 20, 64 << 20, Duration.ofSeconds(10), Duration.ofMinutes(10));

    /**
     * Checks each.
     *
     * @throws IllegalArgumentException if a share is negative; a number of bytes less than 1; a back-off negative or more than a day, or the longest one
     *     shorter than the other
     */
    public CompactionSettings {
        Objects.requireNonNull(backOff, "backOff");
        Objects.requireNonNull(longestBackOff, "longestBackOff");
        checkShare("unusedShare", unusedShare);
        checkShare("fragmentation", fragmentation);
        checkBytes("leastGain", leastGain);
        checkBytes("passBytes", passBytes);
        if (backOff.isNegative() || backOff.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("backOff: " + backOff + " (expected: 0 to 1 day)");
        }
        if (longestBackOff.compareTo(backOff) < 0 || longestBackOff.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "longestBackOff: " + longestBackOff + " (expected: " + backOff + " to 1 day)");
        }
    }

    // Here, as DefragSettings' defaults are initialized with these, and these must not wait for those.
    static void checkShare(String what, double share) {
        if (!(share >= 0)) {
            throw new IllegalArgumentException(what + ": " + share + " (expected: 0 or more)");
        }
    }

    private static void checkBytes(String what, long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(what + ": " + bytes + " (expected: 1 or more)");
        }
    }

    /**
     * From half of the regions' bytes unused on, or a quarter with a fragmentation of 0.9; for 8 MiB at least, 64 MiB a pass, and from 10 seconds to 10 minutes
     * between two passes.
     */
    public static CompactionSettings ofDefaults() {
        return DEFAULT;
    }

    /** No pass on its own: only on demand, and for requests that find no room. */
    public static CompactionSettings never() {
        return DEFAULT.withUnusedShare(UNREACHED).withFragmentation(UNREACHED);
    }

    /** The same with another threshold of unused memory. */
    public CompactionSettings withUnusedShare(double share) {
        return new CompactionSettings(share, fragmentation, leastGain, passBytes, backOff, longestBackOff);
    }

    /** The same with another threshold of fragmentation. */
    public CompactionSettings withFragmentation(double share) {
        return new CompactionSettings(unusedShare, share, leastGain, passBytes, backOff, longestBackOff);
    }

    /** The same with another least gain. */
    public CompactionSettings withLeastGain(long bytes) {
        return new CompactionSettings(unusedShare, fragmentation, bytes, passBytes, backOff, longestBackOff);
    }

    /** The same with other bytes for a pass. */
    public CompactionSettings withPassBytes(long bytes) {
        return new CompactionSettings(unusedShare, fragmentation, leastGain, bytes, backOff, longestBackOff);
    }

    /** The same with other times between two passes. */
    public CompactionSettings withBackOff(Duration shortest, Duration longest) {
        return new CompactionSettings(unusedShare, fragmentation, leastGain, passBytes, shortest, longest);
    }
}
