package dev.ashlar.bench.peer;

import dev.ashlar.bench.libc.Malloc;

/** The C library's allocator, through critical downcalls. */
final class MallocWorker extends AddressWorker {
    @Override
    protected long allocateAddress(long byteSize) {
        return Malloc.malloc(byteSize);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return Malloc.alignedAlloc(alignment, byteSize);
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return Malloc.realloc(address, byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        Malloc.free(address);
    }
}
