package dev.ashlar.bench.peer;

import dev.ashlar.heap.Heap;

/** An Ashlar heap by address. All workers share the heap, one thread at a time. */
final class HeapWorker extends AddressWorker {
    private final Heap heap;

    HeapWorker(Heap heap) {
        this.heap = heap;
    }

    @Override
    protected long allocateAddress(long byteSize) {
        return heap.allocateAddress(byteSize);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return heap.allocateAddress(byteSize, alignment);
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return heap.resizeAddress(address, byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        heap.freeAddress(address);
    }
}
