package dev.ashlar.bench.replay;

/** Each crew thread's {@link ReplayAllocator#openView view} of one allocator, opened and closed by that thread. */
final class ParallelViews {
    private final ReplayCrew crew;
    private final ReplayAllocator[] views;

    private ParallelViews(ReplayCrew crew) {
        this.crew = crew;
        this.views = new ReplayAllocator[crew.threadCount()];
    }

    static ParallelViews open(ReplayAllocator allocator, ReplayCrew crew) throws ReplayException {
        ParallelViews opened = new ParallelViews(crew);
        crew.run(thread -> opened.views[thread] = allocator.openView());
        return opened;
    }

    ReplayAllocator of(int thread) {
        return views[thread];
    }

    /** Not in a {@code finally}: when a thread has failed, there is no crew to close anything. */
    void close() throws ReplayException {
        crew.run(thread -> views[thread].closeView());
    }
}
