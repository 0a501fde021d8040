package dev.ashlar.bench.peer;

import org.lwjgl.system.jemalloc.JEmalloc;

/** jemalloc as LWJGL carries it, through LWJGL's calls. */
final class JemallocWorker extends AddressWorker {
    @Override
    protected long allocateAddress(long byteSize) {
        return check(JEmalloc.nje_malloc(byteSize), byteSize);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return check(JEmalloc.nje_aligned_alloc(alignment, byteSize), byteSize);
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return check(JEmalloc.nje_realloc(address, Math.max(byteSize, 1)), byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        JEmalloc.nje_free(address);
    }
}
