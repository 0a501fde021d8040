package dev.ashlar.bench.replay;

import dev.ashlar.arenas.ConfinedPool;
import dev.ashlar.arenas.MemoryPool;

/** The pool through a confined view for each thread. A view does not resize: that is left to the pool. */
final class ConfinedAllocator extends PoolAllocator {
    private final ConfinedPool view;

    ConfinedAllocator(ReplayTask task) {
        this(newPool(task));
    }

    private ConfinedAllocator(MemoryPool pool) {
        super(pool);
        this.view = pool.confined();
    }

    @Override
    public ReplayAllocator openView() {
        return new ConfinedAllocator(pool());
    }

    @Override
    public long allocate(int block, long byteSize) {
        return view.allocateAddress(byteSize);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        return view.allocateAddress(byteSize, alignment);
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        return pool().resizeAddress(address, byteSize);
    }

    @Override
    public void free(int block, long address) {
        view.freeAddress(address);
    }

    @Override
    public void closeView() {
        view.close();
    }

    @Override
    public void close() {
        view.close();
        super.close();
    }
}
