package dev.ashlar.bench.replay;

import dev.ashlar.bench.memory.Memory;
/**
 * The replay itself, as the C yardstick does it: look up the event, call the allocator, write to what it returns.
 *
 * <p>The timed loop and the touching one are two methods, so that the timed one has no branch on a mode. Both run a slice of the
 * trace: they are called often enough to be compiled as methods, with their arguments known, and not only while they run.
 */
final class ReplayLoop {
    /** Events per call; at the end of each slice memory is sampled. */
    static final int SLICE_EVENTS = 4096;

    /** No page is smaller on a platform that runs the JDK. */
    private static final int PAGE_BYTES = 4096;

    /** No block lies at address 0. */
    private static final long NOT_LIVE = 0;

    private ReplayLoop() {}

    /** Replays all events, writing one byte to each new block. */
    static void run(FlatTrace trace, ReplayAllocator allocator, long[] addresses) {
        int eventCount = trace.eventCount();
        for (int from = 0; from < eventCount; from = sliceEnd(from, eventCount)) {
            runSlice(trace, allocator, addresses, from, sliceEnd(from, eventCount));
        }
    }

    static int sliceEnd(int from, int eventCount) {
        return from + Math.min(SLICE_EVENTS, eventCount - from);
    }

    private static void runSlice(FlatTrace trace, ReplayAllocator allocator, long[] addresses, int from, int to) {
        for (int event = from; event < to; event++) {
            replay(allocator, trace.operation(event), trace.block(event), addresses);
        }
    }

    /** Replays one event, writing one byte to a new block. */
    static void replay(ReplayAllocator allocator, long operation, int block, long[] addresses) {
        long byteSize = FlatTrace.byteSize(operation);
        switch (FlatTrace.op(operation)) {
            case FlatTrace.ALLOCATE -> {
                long address = allocator.allocate(block, byteSize);
                touchFirst(address, byteSize);
                addresses[block] = address;
            }
            case FlatTrace.FREE -> {
                allocator.free(block, addresses[block]);
                addresses[block] = NOT_LIVE;
            }
            case FlatTrace.RESIZE -> addresses[block] = allocator.resize(block, addresses[block], byteSize);
            default -> {
                long address = allocator.allocateAligned(block, byteSize, alignment(operation));
                touchFirst(address, byteSize);
                addresses[block] = address;
            }
        }
    }

    /** Replays a slice of events, writing to every page of each new or resized block. */
    static void runSliceTouchingPages(
            FlatTrace trace, ReplayAllocator allocator, long[] addresses, int from, int to) {
        for (int event = from; event < to; event++) {
            replayTouchingPages(allocator, trace.operation(event), trace.block(event), addresses);
        }
    }

    /** Replays one event, writing to every page of a new or resized block. */
    static void replayTouchingPages(ReplayAllocator allocator, long operation, int block, long[] addresses) {
        long byteSize = FlatTrace.byteSize(operation);
        if (FlatTrace.op(operation) == FlatTrace.FREE) {
            allocator.free(block, addresses[block]);
            addresses[block] = NOT_LIVE;
            return;
        }
        long address = switch (FlatTrace.op(operation)) {
            case FlatTrace.ALLOCATE -> allocator.allocate(block, byteSize);
            case FlatTrace.RESIZE -> allocator.resize(block, addresses[block], byteSize);
            default -> allocator.allocateAligned(block, byteSize, alignment(operation));
        };
        addresses[block] = address;
        for (long offset = 0; offset < byteSize; offset += PAGE_BYTES) {
            Memory.putByte(address + offset, (byte) 1);
        }
        if (byteSize > 0) {
            Memory.putByte(address + byteSize - 1, (byte) 1);
        }
    }

    /** Frees what is live when the trace ends, in order of allocation. */
    static void freeLeft(ReplayAllocator allocator, long[] addresses) {
        for (int block = 0; block < addresses.length; block++) {
            if (addresses[block] != NOT_LIVE) {
                allocator.free(block, addresses[block]);
                addresses[block] = NOT_LIVE;
            }
        }
    }

    /** The alignment to ask for: a trace may record less than what every allocator gives anyway. */
    static long alignment(long operation) {
        return Math.max(FlatTrace.alignment(operation), ReplayAllocator.DEFAULT_ALIGNMENT);
    }

    // An empty block has no first byte.
    private static void touchFirst(long address, long byteSize) {
        if (byteSize > 0) {
            Memory.putByte(address, (byte) 1);
        }
    }
}
