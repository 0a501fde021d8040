package dev.ashlar.bench.aggregation;

import java.nio.file.Path;

/**
 * What is aggregated, and where.
 *
 * @param rows how many, at least 1
 * @param keys how many different keys rows are drawn from, evenly; from 1 to 2^30. With half as many again as rows half of these occur
 * @param poolBytes capacity of the pool
 * @param partitions by hash, a power of two up to 4,096; the groups of each must fit in the pool at the end
 * @param directory where the spill file is made, and deleted
 * @param seed of the rows
 * @param isChecked whether the result is compared with an aggregation on the Java heap, which takes 20 bytes for each key
 */
public record AggregationOptions(
        long rows, long keys, long poolBytes, int partitions, Path directory, long seed, boolean isChecked) {
    /** The most keys: there is one array element for each in a check. */
    public static final long MAX_KEYS = 1L << 30;

    private static final int MAX_PARTITIONS = 4096;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public AggregationOptions {
        expect(rows >= 1, "rows: " + rows + " (expected: 1 or more)");
        expect(keys >= 1 && keys <= MAX_KEYS, "keys: " + keys + " (expected: from 1 to 2^30)");
        expect(Integer.bitCount(partitions) == 1 && partitions > 0 && partitions <= MAX_PARTITIONS,
                "partitions: " + partitions + " (expected: a power of two up to 4096)");
    }

    private static void expect(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
