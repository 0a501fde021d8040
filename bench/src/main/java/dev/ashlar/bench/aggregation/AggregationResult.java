package dev.ashlar.bench.aggregation;

/**
 * What an aggregation found and took.
 *
 * @param options of the run
 * @param groups how many keys occurred
 * @param stateBytes of all groups when the rows had been read, in memory and in runs, without the tables' gaps
 * @param scanNanos reading the rows
 * @param mergeNanos merging the runs, and handing out the result
 * @param runs how often a table was spilled
 * @param spilledBytes of these
 * @param restoredBytes that were read back
 * @param peakResidentBytes of the pool, by some 128 samples; -1 where the system can't say
 * @param failures how many requests the pool refused
 * @param pressureCalls how often the pool asked for memory
 * @param isChecked whether the result was compared with that of the heap; if so, it was the same
 */
public record AggregationResult(
        AggregationOptions options,
        long groups,
        long stateBytes,
        long scanNanos,
        long mergeNanos,
        long runs,
        long spilledBytes,
        long restoredBytes,
        long peakResidentBytes,
        long failures,
        long pressureCalls,
        boolean isChecked) {
    /** Over both phases. */
    public double rowsPerSecond() {
        return options.rows() * 1e9 / (scanNanos + mergeNanos);
    }

    /** Groups by the pool's capacity, in bytes. */
    public double stateToCapacity() {
        return (double) stateBytes / options.poolBytes();
    }
}
