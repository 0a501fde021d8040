package dev.ashlar.bench.replay;

import java.util.List;
import java.util.Optional;

import dev.ashlar.heap.Heap;
import dev.ashlar.heap.HeapBuilder;

/** The heap for one owner, through its address path. */
final class HeapAllocator implements ReplayAllocator {
    private final Heap heap;

    HeapAllocator(ReplayTask task) {
        HeapBuilder builder = Heap.builder()
                .name("replay")
                .capacity(task.capacityBytes())
                .policy(task.policy())
                .favour(task.favour())
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
        return Optional.of(HeapFigures.of(heap.statistics()));
    }

    @Override
    public List<String> policySwitches() {
        return ReplayAllocator.inWords(heap.adaptation());
    }

    @Override
    public void validate() {
        heap.validate();
    }

    @Override
    public void audit(LiveBlockModel expected) {
        HeapAudit.of(heap, expected).run();
    }

    @Override
    public void close() {
        heap.close();
    }
}
