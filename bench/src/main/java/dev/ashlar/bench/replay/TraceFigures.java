package dev.ashlar.bench.replay;

import dev.ashlar.heap.Heap;

/**
 * What a trace asks for at its worst moments, whatever the allocator.
 *
 * @param events number of events
 * @param blocks number of blocks allocated
 * @param peakLiveBlocks the most blocks live after any one event
 * @param peakRequestedBytes the most bytes requested and not yet freed after any one event
 * @param floorBytes the most that the live blocks take after any one event in an Ashlar heap without any fragmentation: their
 *     headers, and their payloads as rounded
 */
record TraceFigures(long events, long blocks, long peakLiveBlocks, long peakRequestedBytes, long floorBytes) {
    static TraceFigures of(FlatTrace trace) {
        long[] sizes = new long[trace.blockCount()];
        long liveBlocks = 0;
        long requestedBytes = 0;
        long blockBytes = 0;
        long peakLiveBlocks = 0;
        long peakRequestedBytes = 0;
        long floorBytes = 0;
        for (int event = 0; event < trace.eventCount(); event++) {
            long operation = trace.operation(event);
            int op = FlatTrace.op(operation);
            int block = trace.block(event);
            if (op == FlatTrace.FREE || op == FlatTrace.RESIZE) {
                liveBlocks--;
                requestedBytes -= sizes[block];
                blockBytes -= Heap.blockSize(sizes[block]);
            }
            if (op != FlatTrace.FREE) {
                sizes[block] = FlatTrace.byteSize(operation);
                liveBlocks++;
                requestedBytes += sizes[block];
                blockBytes += Heap.blockSize(sizes[block]);
            }
            peakLiveBlocks = Math.max(peakLiveBlocks, liveBlocks);
            peakRequestedBytes = Math.max(peakRequestedBytes, requestedBytes);
            floorBytes = Math.max(floorBytes, blockBytes);
        }
        return new TraceFigures(trace.eventCount(), trace.blockCount(), peakLiveBlocks, peakRequestedBytes, floorBytes);
    }
}
