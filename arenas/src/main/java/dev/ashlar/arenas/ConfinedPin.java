package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

import dev.ashlar.cache.CoreCache;
import dev.ashlar.pool.PoolEngine;

/** A pin with a scope of its own, of one thread; counted by a {@link dev.ashlar.os.Hold}, as an open {@link ConfinedArena} is. */
final class ConfinedPin implements Pin {
    private final MovableBlocks blocks;
    private final PoolEngine engine;
    private final long handle;
    private final MemorySegment segment;
    private final Arena inner = Arena.ofConfined();
    private final CoreCache cache;

    ConfinedPin(MovableBlocks blocks, PoolEngine engine, long handle, long byteSize) {
        this.blocks = blocks;
        this.engine = engine;
        this.handle = handle;
        cache = engine.currentCache();
        enter();
        long address = 0;
        try {
            // Counted before the pool is found open: so whoever closes it sees the count, or this sees it closed.
            address = blocks.pinAddress(handle);
            MemorySegment memory = engine.reservation().segmentHeldIn(inner);
            segment = memory.asSlice(address - memory.address(), byteSize);
        } catch (Throwable e) {
            leave();
            if (address != 0) {
                blocks.unpinIfOpen(handle);
            }
            throw e;
        }
    }

    @SuppressWarnings("ReferenceEquality") // There is one cache of nobody.
    private boolean hasNoCache() {
        return cache == CoreCache.NONE;
    }

    private void enter() {
        if (hasNoCache()) {
            engine.sharedHold().enterShared();
        } else {
            cache.hold().enter();
        }
    }

    private void leave() {
        if (hasNoCache()) {
            engine.sharedHold().exitShared();
        } else {
            cache.hold().exit();
        }
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Ends the pin and its segment's scope.
     *
     * @throws WrongThreadException if another thread pinned
     * @throws IllegalStateException if the segment is being used by a native call; it is pinned still
     */
    @Override
    public void close() {
        if (!inner.scope().isAlive()) {
            return;
        }
        inner.close();
        try {
            blocks.unpinIfOpen(handle);
        } finally {
            leave();
            if (engine.isClosed()) {
                engine.reservation().scopeEnded();
            }
            Reference.reachabilityFence(blocks);
        }
    }
}
