package dev.ashlar.arena;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.LockSlices;

/** Measures for how long a lock was held, slice by slice, in buckets by powers of two: an addition each, and no object. Thread-safe. */
public final class LockMeter {
    private final long[] byLog2 = new long[Long.SIZE];
    private long count;
    private long totalNanos;
    private long longestNanos;
    private long overTwice;

    /** Nothing measured yet. */
    public LockMeter() {}

    /** Adds a slice that was to take at most {@code setting}. */
    public synchronized void add(long nanos, long setting) {
        byLog2[nanos <= 0 ? 0 : Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos)]++;
        count++;
        totalNanos += Math.max(0, nanos);
        longestNanos = Math.max(longestNanos, nanos);
        if (nanos > 2 * setting) {
            overTwice++;
        }
    }

    /** What was measured until now. */
    public synchronized LockSlices slices() {
        int size = Long.SIZE;
        while (size > 0 && byLog2[size - 1] == 0) {
            size--;
        }
        List<Long> buckets = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            buckets.add(byLog2[i]);
        }
        return new LockSlices(count, totalNanos, longestNanos, overTwice, buckets);
    }
}
