package dev.ashlar.bench.replay;

import dev.ashlar.bench.libc.Malloc;

/** The C library's allocator. Its heap is the process's: there is nothing to close, and no figure for this replay's share of it. */
final class MallocAllocator implements ReplayAllocator {
    @Override
    public long allocate(int block, long byteSize) {
        return Malloc.malloc(byteSize);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        return Malloc.alignedAlloc(alignment, byteSize);
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        return Malloc.realloc(address, byteSize);
    }

    @Override
    public void free(int block, long address) {
        Malloc.free(address);
    }

    @Override
    public void close() {}
}
