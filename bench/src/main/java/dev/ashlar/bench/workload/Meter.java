package dev.ashlar.bench.workload;

import org.HdrHistogram.Histogram;

/**
 * Counts and latencies of one thread, or of all together. A latency sample is one call, allocate or free, with the clock read before
 * and after it; only every so many calls is one taken, so that the clock does not dominate.
 */
final class Meter {
    /** No samples. */
    static final int NEVER = 0;

    static final int DEFAULT_CALLS_PER_SAMPLE = 64;

    private static final int SIGNIFICANT_DIGITS = 3;

    private final int mask;
    private final Histogram histogram = new Histogram(SIGNIFICANT_DIGITS);

    private long allocations;
    private long frees;
    private long writes;

    /** {@code callsPerSample} is a power of two, or {@link #NEVER}. */
    Meter(int callsPerSample) {
        // One that no count of calls meets, if there are to be none.
        mask = callsPerSample == NEVER ? -1 : callsPerSample - 1;
    }

    /** Whether the call that begins is a sample. */
    boolean isSample() {
        return ((allocations + frees) & mask) == 0 && mask >= 0;
    }

    void allocated() {
        allocations++;
    }

    void freed() {
        frees++;
    }

    void wrote(long count) {
        writes += count;
    }

    void sample(long nanos) {
        histogram.recordValue(Math.max(nanos, 0));
    }

    void reset() {
        allocations = 0;
        frees = 0;
        writes = 0;
        histogram.reset();
    }

    void add(Meter other) {
        allocations += other.allocations;
        frees += other.frees;
        writes += other.writes;
        histogram.add(other.histogram);
    }

    long allocations() {
        return allocations;
    }

    long frees() {
        return frees;
    }

    long writes() {
        return writes;
    }

    Histogram histogram() {
        return histogram;
    }
}
