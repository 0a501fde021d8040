package dev.ashlar.bench.peer;

import dev.ashlar.arenas.MemoryPool;

/** An Ashlar pool by address. */
final class PoolWorker extends AddressWorker {
    private final MemoryPool pool;

    PoolWorker(MemoryPool pool) {
        this.pool = pool;
    }

    @Override
    protected long allocateAddress(long byteSize) {
        return pool.allocateAddress(byteSize);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return pool.allocateAddress(byteSize, alignment);
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return pool.resizeAddress(address, byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        pool.freeAddress(address);
    }
}
