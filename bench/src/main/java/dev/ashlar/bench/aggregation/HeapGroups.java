package dev.ashlar.bench.aggregation;

import java.util.Arrays;

/** The same aggregation on the Java heap, by the simplest means: arrays by the keys' numbers. */
final class HeapGroups {
    private final int[] counts;
    private final long[] sums;
    private final int[] least;
    private final int[] greatest;
    private long groups;

    HeapGroups(AggregationOptions options) {
        int keys = (int) options.keys();
        counts = new int[keys];
        sums = new long[keys];
        least = new int[keys];
        greatest = new int[keys];
        Arrays.fill(least, Integer.MAX_VALUE);
        Arrays.fill(greatest, Integer.MIN_VALUE);
        Rows rows = new Rows(options.seed(), options.keys());
        for (long row = 0; row < options.rows(); row++) {
            int key = (int) rows.keyNumber(row);
            int value = rows.value(row);
            groups += counts[key] == 0 ? 1 : 0;
            counts[key]++;
            sums[key] += value;
            least[key] = Math.min(least[key], value);
            greatest[key] = Math.max(greatest[key], value);
        }
    }

    /**
     * Compares one group, and takes it out: a second of its key will differ.
     *
     * @throws WrongResultException if it differs
     */
    void compare(long key, long count, long sum, long min, long max) {
        long number = Rows.numberOf(key);
        if (number < 0 || number >= counts.length) {
            throw new WrongResultException("key 0x%x: in the result (expected: a key of the rows)".formatted(key));
        }
        int at = (int) number;
        if (counts[at] != count || sums[at] != sum || least[at] != min || greatest[at] != max) {
            throw new WrongResultException(
                    "key 0x%x: count %d, sum %d, from %d to %d (expected: %d, %d, from %d to %d)".formatted(
                            key, count, sum, min, max, counts[at], sums[at], least[at], greatest[at]));
        }
        counts[at] = 0;
    }

    /** Compares how many there were, each once. */
    void compareCount(long found) {
        if (found != groups) {
            throw new WrongResultException("groups: " + found + " (expected: " + groups + ")");
        }
    }
}
