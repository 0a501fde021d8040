package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.os.Hold;
import dev.ashlar.os.Memory;
import dev.ashlar.pool.PoolEngine;

/**
 * A scope of one thread over blocks of a pool.
 *
 * <p>Its segments are slices of the pool's range in the scope of an inner confined arena, which checks threads and lifetime. A {@link Hold} keeps the
 * range mapped and its pages there, instead of a cleanup action, which would cost more than the rest.
 */
final class ConfinedArena implements Arena {
    private final PoolEngine engine;
    private final boolean zeroed;
    private final Arena inner = Arena.ofConfined();
    private final MemorySegment memory;
    private final CoreCache cache;
    private final BlockStack blocks = new BlockStack();

    ConfinedArena(PoolEngine engine, boolean zeroed) {
        this.engine = engine;
        // In a hardened pool all memory is zero when it is handed out.
        this.zeroed = zeroed && engine.guards() == null;
        cache = engine.currentCache();
        enter();
        if (engine.isClosed() || !engine.reservation().canRescope()) {
            leave();
            throw refusal();
        }
        memory = engine.reservation().segmentHeldIn(inner);
    }

    private RuntimeException refusal() {
        engine.checkOpen();
        return new UnsupportedOperationException("pool '%s': openArena: memory without native access has one scope only"
                .formatted(engine.settings().name()));
    }

    private void enter() {
        if (cache == CoreCache.NONE) {
            engine.sharedHold().enterShared();
        } else {
            cache.hold().enter();
        }
    }

    private void leave() {
        if (cache == CoreCache.NONE) {
            engine.sharedHold().exitShared();
        } else {
            cache.hold().exit();
        }
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        checkUsable();
        blocks.reserve();
        long block = allocateBlock(byteSize, byteAlignment);
        blocks.push(block);
        if (zeroed) {
            Memory.zeroWords(block, byteSize);
        }
        return memory.asSlice(block - memory.address(), byteSize);
    }

    /** The inner arena's checks, before anything is allocated for nothing. */
    private void checkUsable() {
        if (!memory.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException(
                    "arena: used by %s (expected: the thread that opened it)".formatted(Thread.currentThread()));
        }
        if (!inner.scope().isAlive()) {
            throw new IllegalStateException("arena is closed (expected: open)");
        }
    }

    private long allocateBlock(long byteSize, long alignment) {
        if (byteSize >= 0 && byteSize <= SizeClasses.MAX_BYTES && Segments.isUsual(alignment)
                && engine.guards() == null) {
            int sizeClass = SizeClasses.of(byteSize);
            long cell = engine.currentCache().allocate(sizeClass, PoolEngine.scopeCode(sizeClass));
            if (cell != 0) {
                return cell;
            }
        }
        return engine.allocateSlowly(byteSize, alignment, PoolEngine.SCOPES);
    }

    @Override
    public MemorySegment.Scope scope() {
        return inner.scope();
    }

    /**
     * Ends the scope and returns all blocks.
     *
     * @throws IllegalStateException if it has ended already, or a thread is using a segment in an I/O operation or a native call
     * @throws WrongThreadException if it belongs to another thread
     */
    @Override
    public void close() {
        inner.close();
        try {
            for (long block = blocks.pop(); block != 0; block = blocks.pop()) {
                if (!engine.isClosed()) {
                    free(block);
                }
            }
        } finally {
            leave();
            if (engine.isClosed()) {
                engine.reservation().scopeEnded();
            }
            Reference.reachabilityFence(this);
        }
    }

    private void free(long block) {
        long code = CellHeaders.read(block);
        int sizeClass = CellHeaders.sizeClass(code);
        if (engine.guards() != null
                || code != PoolEngine.scopeCode(sizeClass)
                || !engine.currentCache().push(sizeClass, block)) {
            ScopeBlocks.free(engine, block);
        }
    }

    @Override
    public String toString() {
        return "arena of pool '" + engine.settings().name() + "'" + (inner.scope().isAlive() ? "" : ", closed");
    }
}
