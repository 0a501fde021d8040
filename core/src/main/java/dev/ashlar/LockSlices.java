package dev.ashlar;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * For how long a worker had arenas' locks, in nanoseconds.
 *
 * @param count how often it took one
 * @param totalNanos in sum
 * @param longestNanos the longest time
 * @param overTwice how often it was longer than twice the setting of that moment ({@link DefragSettings#slice})
 * @param byLog2 how often it took {@code 2^i} to less than {@code 2^(i+1)} ns, at index {@code i}; the first one counts 0 ns, too
 */
public record LockSlices(long count, long totalNanos, long longestNanos, long overTwice, List<Long> byLog2)
        implements
            Serializable {
    /** No slice at all. */
    public static final LockSlices NONE = new LockSlices(0, 0, 0, 0, List.of());

    /** An unmodifiable copy of the list. */
    public LockSlices {
        byLog2 = List.copyOf(byLog2);
    }

    /** These and others. */
    public LockSlices plus(LockSlices other) {
        int size = Math.max(byLog2.size(), other.byLog2.size());
        List<Long> sums = new ArrayList<>(Collections.nCopies(size, 0L));
        for (int i = 0; i < size; i++) {
            sums.set(i, at(i) + other.at(i));
        }
        return new LockSlices(
                count + other.count,
                totalNanos + other.totalNanos,
                Math.max(longestNanos, other.longestNanos),
                overTwice + other.overTwice,
                sums);
    }

    private long at(int index) {
        return index < byLog2.size() ? byLog2.get(index) : 0;
    }
}
