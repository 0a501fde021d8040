package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.HashSet;
import java.util.Set;

import dev.ashlar.pool.Leaks;
import dev.ashlar.pool.PoolEngine;

/**
 * A scope of all threads over blocks of a pool. One cleanup action in the inner arena refers to the keeper, so that a slice keeps the memory
 * even if arena and pool are dropped. An arena that is dropped before it is closed is counted as a leak: its blocks can't be freed, as slices of them may be in
 * use.
 */
final class SharedArena implements Arena {
    private final PoolEngine engine;
    private final boolean zeroed;
    private final Arena inner = Arena.ofShared();
    private final MemorySegment memory;
    private final Held held = new Held();
    private final Leaks.Tracked tracked;

    /** The blocks of one arena, which does not keep it. */
    private static final class Held {
        // Guarded by this.
        private final BlockStack blocks = new BlockStack();
        private boolean ended;

        /** Notes a block to be freed at the end; false if that was already. */
        synchronized boolean keep(long block) {
            if (ended) {
                return false;
            }
            blocks.reserve();
            blocks.push(block);
            return true;
        }

        /** All of them, for who has ended the scope. */
        synchronized BlockStack end() {
            ended = true;
            return blocks;
        }

        /** Nobody can end the scope any more. */
        static void dropped(Held held, PoolEngine engine) {
            if (engine.isClosed()) {
                return;
            }
            BlockStack lost = held.end();
            Set<Long> addresses = new HashSet<>();
            long bytes = 0;
            for (long block = lost.pop(); block != 0; block = lost.pop()) {
                addresses.add(block);
                bytes += engine.payloadBytes(block);
            }
            engine.leaks()
                    .found(
                            "shared arena",
                            "dropped",
                            addresses.size(),
                            bytes,
                            sample -> addresses.contains(sample.address()));
        }
    }

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
        tracked = track(engine, held);
    }

    /** What is done when the arena is dropped must not refer to it. */
    private Leaks.Tracked track(PoolEngine ofPool, Held blocks) {
        return ofPool.leaks().track(this, () -> Held.dropped(blocks, ofPool));
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
            kept = held.keep(block);
        } finally {
            if (!kept) {
                ScopeBlocks.free(engine, block);
            }
            Reference.reachabilityFence(this);
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
        tracked.closed();
        BlockStack last = held.end();
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
