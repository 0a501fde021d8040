package dev.ashlar.bench.replay;

/** The pool through its address path, which makes no objects. */
final class AshlarAllocator extends PoolAllocator {
    AshlarAllocator(ReplayTask task) {
        super(newPool(task));
    }

    @Override
    public long allocate(int block, long byteSize) {
        return pool().allocateAddress(byteSize);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        return pool().allocateAddress(byteSize, alignment);
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        return pool().resizeAddress(address, byteSize);
    }

    @Override
    public void free(int block, long address) {
        pool().freeAddress(address);
    }
}
