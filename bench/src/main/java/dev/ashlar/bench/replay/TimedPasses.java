package dev.ashlar.bench.replay;

import java.util.Arrays;

/**
 * Times whole replays on one warm heap. What is live at the end of a pass is freed after its time was taken, as the C yardstick
 * does; the heap itself is kept from pass to pass.
 */
final class TimedPasses {
    // What the compiler needs to settle: some time, and a few passes so that each branch was seen at its real frequency.
    private static final int MIN_WARM_UP_PASSES = 3;
    private static final long MIN_WARM_UP_NANOS = 1_500_000_000L;

    private final FlatTrace trace;
    private final ReplayAllocator allocator;
    private final long[] addresses;

    TimedPasses(FlatTrace trace, ReplayAllocator allocator) {
        this.trace = trace;
        this.allocator = allocator;
        this.addresses = new long[trace.blockCount()];
    }

    /** Runs the warm-up passes and then {@code passes} timed ones. */
    Timing run(int passes) {
        long start = System.nanoTime();
        for (int pass = 0; pass < MIN_WARM_UP_PASSES || System.nanoTime() - start < MIN_WARM_UP_NANOS; pass++) {
            passNanos();
        }
        long[] nanos = new long[passes];
        for (int pass = 0; pass < passes; pass++) {
            nanos[pass] = passNanos();
        }
        return Timing.of(nanos, trace.eventCount());
    }

    private long passNanos() {
        long start = System.nanoTime();
        ReplayLoop.run(trace, allocator, addresses);
        long nanos = System.nanoTime() - start;
        ReplayLoop.freeLeft(allocator, addresses);
        return nanos;
    }

    /**
     * Nanoseconds per event.
     *
     * @param median of the passes
     * @param best of the passes
     */
    record Timing(double median, double best) {
        static Timing of(long[] passNanos, int eventCount) {
            long[] sorted = passNanos.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
            int events = Math.max(eventCount, 1);
            return new Timing(median / events, (double) sorted[0] / events);
        }
    }
}
