package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

import dev.ashlar.pool.PoolEngine;

/**
 * A scope of all threads over blocks of a pool. One cleanup action in the inner arena refers to the keeper, so that a slice keeps the memory
 * even if arena and pool are dropped.
 */
final class SharedArena implements Arena {
    private final PoolEngine engine;
    private final boolean zeroed;
    private final Arena inner = Arena.ofShared();
    private final MemorySegment memory;
    private final Object lock = new Object();

    // Guarded by lock.
    private final BlockStack blocks = new BlockStack();
    private boolean ended;

    SharedArena(PoolEngine engine, boolean zeroed) {
        this.engine = engine;
        this.zeroed = zeroed && engine.guards() == null;
        engine.checkOpen();
        if (!engine.reservation().canRescope()) {
            inner.close();
            throw new UnsupportedOperationException(
                    "pool '%s': openSharedArena: memory without native access has one scope only"
                            .formatted(engine.settings().name()));
        }
        memory = engine.reservation().segmentIn(inner);
    }

    /** Here and not the interface's own, as in {@link ConfinedArena}. */
    @Override
    public MemorySegment allocate(long byteSize) {
        return allocate(byteSize, 1);
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        if (!inner.scope().isAlive()) {
            throw ended();
        }
        long block = engine.allocateSlowly(byteSize, byteAlignment, PoolEngine.SCOPES);
        boolean kept = false;
        try {
            kept = keep(block);
        } finally {
            if (!kept) {
                ScopeBlocks.free(engine, block);
            }
        }
        if (!kept) {
            throw ended();
        }
        if (zeroed) {
            // Through the scope: if it ends meanwhile this throws, and the block is whoever's it is by then.
            return memory.asSlice(block - memory.address(), byteSize).fill((byte) 0);
        }
        return memory.asSlice(block - memory.address(), byteSize);
    }

    /** Notes a block to be freed at the end; false if that was already. */
    private boolean keep(long block) {
        synchronized (lock) {
            if (ended) {
                return false;
            }
            blocks.reserve();
            blocks.push(block);
            return true;
        }
    }

    private static IllegalStateException ended() {
        return new IllegalStateException("arena is closed (expected: open)");
    }

    @Override
    public MemorySegment.Scope scope() {
        return inner.scope();
    }

    /**
     * Ends the scope and returns all blocks. Costs a handshake with all threads.
     *
     * @throws IllegalStateException if it has ended already, or a thread is using a segment in an I/O operation or a native call
     * @throws dev.ashlar.HeapCorruptionException if the header of a block was overwritten; the scope has ended, and the others are returned
     */
    @Override
    public void close() {
        inner.close();
        BlockStack last;
        synchronized (lock) {
            ended = true;
            last = blocks;
        }
        try {
            RuntimeException failure = null;
            for (long block = last.pop(); block != 0; block = last.pop()) {
                failure = ScopeBlocks.free(engine, block, failure);
            }
            ScopeBlocks.check(failure);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return "shared arena of pool '" + engine.settings().name() + "'" + (inner.scope().isAlive() ? "" : ", closed");
    }
}
