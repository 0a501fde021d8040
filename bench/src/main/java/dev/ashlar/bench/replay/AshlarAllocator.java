package dev.ashlar.bench.replay;

import java.util.Optional;

import dev.ashlar.HeapStatistics;
import dev.ashlar.heap.Heap;
import dev.ashlar.heap.HeapBuilder;

/** An Ashlar heap through its address path, which makes no objects. */
final class AshlarAllocator implements ReplayAllocator {
    private final Heap heap;

    AshlarAllocator(ReplayTask task) {
        HeapBuilder builder = Heap.builder()
                .name("replay")
                .capacity(task.capacityBytes())
                .policy(task.policy())
                .coalescing(task.coalescing());
        if (task.regionBytes() != ReplayOptions.DEFAULT_REGION_BYTES) {
            builder.regionSize(task.regionBytes());
        }
        heap = builder.build();
    }

    @Override
    public long allocate(int block, long byteSize) {
        return heap.allocateAddress(byteSize);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        return heap.allocateAddress(byteSize, alignment);
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        return heap.resizeAddress(address, byteSize);
    }

    @Override
    public void free(int block, long address) {
        heap.freeAddress(address);
    }

    @Override
    public Optional<HeapFigures> figures() {
        HeapStatistics statistics = heap.statistics();
        return Optional.of(new HeapFigures(
                statistics.committedBytes(), statistics.largestFreeBytes(), statistics.fragmentation()));
    }

    @Override
    public void validate() {
        heap.validate();
    }

    @Override
    public void audit(LiveBlockModel expected) {
        new HeapAudit(heap, expected).run();
    }

    @Override
    public void close() {
        heap.close();
    }
}
