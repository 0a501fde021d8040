package dev.ashlar.bench.replay;

/** A sound allocator for many threads. Faults are planted on top. */
class ForwardingAllocator implements ReplayAllocator {
    private final MallocAllocator malloc = new MallocAllocator();

    @Override
    public long allocate(int block, long byteSize) {
        return malloc.allocate(block, byteSize);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        return malloc.allocateAligned(block, byteSize, alignment);
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        return malloc.resize(block, address, byteSize);
    }

    @Override
    public void free(int block, long address) {
        malloc.free(block, address);
    }

    @Override
    public void close() {}
}
