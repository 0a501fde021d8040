package dev.ashlar.bench.workload;

/**
 * How much a workload is to do.
 *
 * @param threads at least 1
 * @param nanos after which it ends; what it prescribes as a whole may end a little later
 * @param scale of the numbers that it prescribes: 1, or less in a test
 * @param callsPerSample as in {@link Meter}
 * @param seed of all randomness
 */
record StageOptions(int threads, long nanos, double scale, int callsPerSample, long seed) {
    /** The seed of every run, which is printed with its figures. */
    static final long SEED = 20_250_916;

    private static final double NANOS_PER_SECOND = 1e9;

    StageOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + " (expected: at least 1)");
        }
    }

    /** A workload as its table row describes it. */
    static StageOptions full(int threads, double seconds, int callsPerSample) {
        return new StageOptions(threads, (long) (seconds * NANOS_PER_SECOND), 1, callsPerSample, SEED);
    }
}
