package dev.ashlar.bench.replay;

import java.util.Arrays;

import dev.ashlar.bench.replay.TimedPasses.Timing;

/**
 * Times whole replays with a thread for each recorded one, on one warm allocator: from the moment when all threads may begin to the one when the
 * last is done. What is live at the end of a pass is freed after that, by who had it last.
 */
final class ParallelTimedPasses {
    private static final int MIN_WARM_UP_PASSES = 3;
    private static final long MIN_WARM_UP_NANOS = 1_500_000_000L;

    // Closing a shared Arena is a handshake with all threads: some passes take so long that three of them say no more than one.
    private static final long MAX_WARM_UP_NANOS = 5_000_000_000L;

    private final ParallelTrace trace;
    private final ReplayAllocator allocator;

    ParallelTimedPasses(ParallelTrace trace, ReplayAllocator allocator) {
        this.trace = trace;
        this.allocator = allocator;
    }

    /** Runs the warm-up passes and then {@code passes} timed ones. */
    Result run(int passes) throws ReplayException {
        try (ReplayCrew crew = new ReplayCrew(trace.threadCount())) {
            ParallelViews views = ParallelViews.open(allocator, crew);
            Handover handover = new Handover(trace.handovers(), crew::hasFailed);
            ParallelLoop loop = new ParallelLoop(trace, handover);
            long[] threadWaits = new long[crew.threadCount()];
            long[] nanos = new long[passes];
            long[] waits = new long[passes];
            long start = System.nanoTime();
            for (int pass = 0; isWarmingUp(pass, System.nanoTime() - start);) {
                onePass(crew, views, loop, handover, threadWaits);
                pass++;
            }
            for (int pass = 0; pass < passes; pass++) {
                nanos[pass] = onePass(crew, views, loop, handover, threadWaits);
                waits[pass] = Arrays.stream(threadWaits).sum();
            }
            views.close();
            Arrays.sort(waits);
            return new Result(Timing.of(nanos, trace.eventCount()), crew.threadCount(), waits[passes / 2]);
        }
    }

    private static boolean isWarmingUp(int pass, long nanos) {
        return nanos < MIN_WARM_UP_NANOS || (pass < MIN_WARM_UP_PASSES && nanos < MAX_WARM_UP_NANOS);
    }

    private static long onePass(
            ReplayCrew crew, ParallelViews views, ParallelLoop loop, Handover handover, long[] threadWaits)
            throws ReplayException {
        handover.nextPass();
        long nanos = crew.run(thread -> threadWaits[thread] = loop.run(thread, views.of(thread)));
        crew.run(thread -> loop.freeLeft(thread, views.of(thread)));
        return nanos;
    }

    /**
     * What was measured.
     *
     * @param timing of the timed passes, by the clock on the wall and not by the threads' sum
     * @param threads that replayed
     * @param waits how many events of a pass found that another thread had not come so far; median of the timed passes
     */
    record Result(Timing timing, int threads, long waits) {}
}
