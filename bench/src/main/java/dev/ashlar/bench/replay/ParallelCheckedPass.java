package dev.ashlar.bench.replay;

/**
 * {@link CheckedPass} with a thread for each recorded one: the same checks of each block, whichever thread filled it. While threads run, the
 * allocator is validated as one that is in use, by each thread after so many events of its own; it is compared with the replay's blocks when
 * all have done their last event, and once more when all blocks have been freed.
 */
final class ParallelCheckedPass {
    private final ParallelTrace trace;
    private final ReplayAllocator allocator;
    private final boolean verify;
    private final long validateEvery;
    private final CheckedReplay checked;

    /** As {@link CheckedPass}. */
    ParallelCheckedPass(ParallelTrace trace, ReplayAllocator allocator, boolean verify, long validateEvery) {
        this.trace = trace;
        this.allocator = allocator;
        this.verify = verify;
        this.validateEvery = validateEvery;
        this.checked = new CheckedReplay(trace.blockCount());
    }

    /**
     * Runs the pass, once.
     *
     * @throws CheckFailedException about the first fault that was found
     */
    void run() throws ReplayException {
        try (ReplayCrew crew = new ReplayCrew(trace.threadCount())) {
            Handover handover = new Handover(trace.handovers(), crew::hasFailed);
            handover.nextPass();
            ParallelViews views = ParallelViews.open(allocator, crew);
            crew.run(thread -> replay(thread, views.of(thread), handover));
            checked.checkWhole(allocator, trace.eventCount(), verify);
            crew.run(thread -> freeLeft(thread, views.of(thread)));
            checked.checkWhole(allocator, trace.eventCount(), verify);
            views.close();
        }
    }

    private void replay(int thread, ReplayAllocator view, Handover handover) throws CheckFailedException {
        long untilValidation = validateEvery;
        for (int at = trace.start(thread); at < trace.end(thread); at++) {
            long link = trace.link(at);
            if (ParallelTrace.awaited(link) != ParallelTrace.NONE) {
                handover.await(ParallelTrace.awaited(link));
            }
            checked.replay(view, trace.number(at), trace.operation(at), trace.block(at));
            if (ParallelTrace.published(link) != ParallelTrace.NONE) {
                handover.publish(ParallelTrace.published(link));
            }
            if (validateEvery != CheckedPass.NEVER && --untilValidation == 0) {
                untilValidation = validateEvery;
                checked.validate(trace.number(at), trace.operation(at), trace.block(at), allocator::validateBusy);
            }
        }
    }

    private void freeLeft(int thread, ReplayAllocator view) throws CheckFailedException {
        for (int block : trace.left(thread)) {
            checked.freeLeft(view, trace.eventCount(), block);
        }
    }
}
