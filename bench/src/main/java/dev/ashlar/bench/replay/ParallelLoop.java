package dev.ashlar.bench.replay;

/**
 * What one thread does in a parallel replay: {@link ReplayLoop}'s work, event by event, and what the events of other threads demand.
 *
 * <p>A block's address is written before its handover is published, and read after that was awaited: the array needs no other order.
 */
final class ParallelLoop {
    /** No block lies at address 0. */
    private static final long NOT_LIVE = 0;

    private final ParallelTrace trace;
    private final Handover handover;
    private final long[] addresses;

    ParallelLoop(ParallelTrace trace, Handover handover) {
        this.trace = trace;
        this.handover = handover;
        this.addresses = new long[trace.blockCount()];
    }

    /**
     * Replays a thread's events, writing one byte to each new block.
     *
     * @return how many of them had to wait
     */
    long run(int thread, ReplayAllocator allocator) {
        long waits = 0;
        int end = trace.end(thread);
        for (int from = trace.start(thread); from < end; from = ReplayLoop.sliceEnd(from, end)) {
            waits += runSlice(allocator, from, ReplayLoop.sliceEnd(from, end));
        }
        return waits;
    }

    private int runSlice(ReplayAllocator allocator, int from, int to) {
        int waits = 0;
        for (int at = from; at < to; at++) {
            long link = trace.link(at);
            if (link != 0 && ParallelTrace.awaited(link) != ParallelTrace.NONE) {
                waits += handover.await(ParallelTrace.awaited(link)) ? 1 : 0;
            }
            ReplayLoop.replay(allocator, trace.operation(at), trace.block(at), addresses);
            if (link != 0 && ParallelTrace.published(link) != ParallelTrace.NONE) {
                handover.publish(ParallelTrace.published(link));
            }
        }
        return waits;
    }

    /** Replays a slice of events, writing to every page of each new or resized block. */
    void runSliceTouchingPages(ReplayAllocator allocator, int from, int to) {
        for (int at = from; at < to; at++) {
            long link = trace.link(at);
            if (ParallelTrace.awaited(link) != ParallelTrace.NONE) {
                handover.await(ParallelTrace.awaited(link));
            }
            ReplayLoop.replayTouchingPages(allocator, trace.operation(at), trace.block(at), addresses);
            if (ParallelTrace.published(link) != ParallelTrace.NONE) {
                handover.publish(ParallelTrace.published(link));
            }
        }
    }

    /** Frees what is live when the trace ends and this thread was the last to touch, in order of allocation. */
    void freeLeft(int thread, ReplayAllocator allocator) {
        for (int block : trace.left(thread)) {
            allocator.free(block, addresses[block]);
            addresses[block] = NOT_LIVE;
        }
    }
}
