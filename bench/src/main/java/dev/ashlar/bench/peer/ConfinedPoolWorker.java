package dev.ashlar.bench.peer;

import dev.ashlar.arenas.ConfinedPool;
import dev.ashlar.arenas.MemoryPool;

/** An Ashlar pool by address, through a confined view of this thread's. Resizing is the pool's: the view has none. */
final class ConfinedPoolWorker extends AddressWorker {
    private final ConfinedPool view;

    ConfinedPoolWorker(MemoryPool pool) {
        view = pool.confined();
    }

    @Override
    protected long allocateAddress(long byteSize) {
        return view.allocateAddress(byteSize);
    }

    @Override
    protected long allocateAddress(long byteSize, long alignment) {
        return view.allocateAddress(byteSize, alignment);
    }

    @Override
    protected long resizeAddress(long address, long byteSize) {
        return view.pool().resizeAddress(address, byteSize);
    }

    @Override
    protected void freeAddress(long address) {
        view.freeAddress(address);
    }

    @Override
    public void close() {
        view.close();
    }
}
