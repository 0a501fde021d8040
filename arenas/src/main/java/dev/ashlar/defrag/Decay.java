package dev.ashlar.defrag;

import java.util.Arrays;

/**
 * How many dirty pages may stay, by when they became dirty: jemalloc's decay curve (J. Evans, jemalloc 5, {@code src/decay.c} and
 * {@code smoothstep.h}).
 *
 * <p>The decay time is cut into 200 epochs. Of the pages that became dirty in one of them, a share may stay that falls from 1 to 0 along a smooth step while
 * the epoch ages:
 *
 * <pre>{@code
 *     share            *  *  *
 *       1                       *                       h(x) = 6 x^5 - 15 x^4 + 10 x^3,  x from 1 down to 0:
 *                                  *                    no step at its ends, and none in its first two derivatives
 *       1/2                          *
 *                                      *
 *       0                                 *  *  *
 *                   0             1/2            1     age / decay time
 *
 *     limit == sum over epochs of (pages that became dirty then) x h(1 - age)
 * }</pre>
 *
 * <p>What is above the limit is purged, the oldest first. Pages that are used again before that make the dirty ones fewer, and nothing is purged. Only what they grow by
 * beyond the last look, and beyond what might stay then, counts as new. A purge is told ({@link #purged}), so that what is dirtied after
 * it counts again. (jemalloc goes on from the number before the purge, so that as many pages again go unnoticed.)
 *
 * <p>Not thread-safe; reads no clock.
 */
public final class Decay {
    /** So many epochs have a decay time; as many as jemalloc's. */
    static final int EPOCHS = 200;

    private static final double[] SHARES = shares();

    /** Pages that became dirty in each epoch, the current one first. */
    private final long[] backlog = new long[EPOCHS];

    private boolean begun;
    private long epochStart;
    private long epochNanos;
    private long limit;

    /** Of so many pages the backlog knows. */
    private long known;

    /** Nothing is dirty yet. */
    public Decay() {}

    /** The share that may stay at an age in epochs. */
    private static double[] shares() {
        double[] shares = new double[EPOCHS];
        for (int age = 0; age < EPOCHS; age++) {
            shares[age] = smoothStep(1 - (double) age / EPOCHS);
        }
        return shares;
    }

    /** 0 at 0, 1 at 1, and level at both. */
    static double smoothStep(double x) {
        return x * x * x * (x * (x * 6 - 15) + 10);
    }

    /**
     * How many pages may be dirty at this moment.
     *
     * @param now in nanoseconds, not before the last
     * @param decayNanos the decay time; 0 says that none may, {@code Long.MAX_VALUE} that all may
     * @param dirty how many are
     */
    public long limit(long now, long decayNanos, long dirty) {
        if (decayNanos == Long.MAX_VALUE) {
            begun = false;
            return Long.MAX_VALUE;
        }
        if (decayNanos <= 0) {
            begun = false;
            return 0;
        }
        advance(now, Math.max(1, decayNanos / EPOCHS));
        if (dirty > known) {
            backlog[0] += dirty - known;
        }
        double sum = 0;
        for (int age = 0; age < EPOCHS; age++) {
            sum += backlog[age] * SHARES[age];
        }
        limit = (long) sum;
        known = Math.max(limit, dirty);
        return limit;
    }

    /** So many pages are dirty after a purge. */
    public void purged(long dirty) {
        known = Math.max(limit, dirty);
    }

    private void advance(long now, long nanosEach) {
        if (!begun || nanosEach != epochNanos) {
            // A new decay time begins with what is dirty now: it gets all of that time.
            begun = true;
            epochNanos = nanosEach;
            epochStart = now;
            Arrays.fill(backlog, 0);
            known = 0;
            return;
        }
        long passed = (now - epochStart) / nanosEach;
        epochStart += passed * nanosEach;
        int shift = (int) Math.min(EPOCHS, passed);
        System.arraycopy(backlog, 0, backlog, shift, EPOCHS - shift);
        Arrays.fill(backlog, 0, shift, 0);
    }
}
