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
import org.jspecify.annotations.Nullable;

/**
 * A scope of one thread over blocks of a pool.
 *
 * <p>Its segments are slices of the pool's range in the scope of an inner confined arena, which checks threads and lifetime. A {@link Hold} keeps the
 * range mapped and its pages there, instead of a cleanup action, which would cost more than the rest.
 *
 * <p>The usual scope is small and short: its first block, if it is a cell, is taken and given back here, in methods that are short enough to become
 * a part of their callers. All the rest is in methods of their own.
 */
final class ConfinedArena implements Arena {
    /** In place of the first block: there was one, or the arena is closed. */
    private static final long CLOSED = -1;

    private final PoolEngine engine;
    private final boolean zeroed;
    private final boolean plain;
    private final Arena inner = Arena.ofConfined();
    private final MemorySegment memory;
    private final CoreCache cache;
    private final Thread owner = Thread.currentThread();
    private long first;
    private @Nullable BlockStack more;

    ConfinedArena(PoolEngine engine, boolean zeroed) {
        this.engine = engine;
        plain = !engine.settings().hardened();
        // In a hardened pool all memory is zero when it is handed out.
        this.zeroed = zeroed && plain;
        cache = engine.currentCache();
        enter();
        if (engine.isClosed() || !engine.canRescope()) {
            throw refuse();
        }
        memory = engine.reservation().segmentHeldIn(inner);
    }

    @SuppressWarnings("ReferenceEquality") // A thread is itself.
    private boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    private RuntimeException refuse() {
        leave();
        engine.checkOpen();
        return new UnsupportedOperationException("pool '%s': openArena: memory without native access has one scope only"
                .formatted(engine.settings().name()));
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

    /** What the interface's own method does, here, where it is not one of many that the compiler sees: so a short scope becomes a part of its caller. */
    @Override
    public MemorySegment allocate(long byteSize) {
        return allocate(byteSize, 1);
    }

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        if (first == 0
                && plain
                && (byteSize | (SizeClasses.MAX_BYTES - byteSize)) >= 0
                && Segments.isUsual(byteAlignment)
                && isOwner()) {
            int sizeClass = SizeClasses.of(byteSize);
            long cell = cache.allocate(sizeClass, PoolEngine.scopeCode(sizeClass));
            if (cell != 0) {
                first = cell;
                return segment(cell, byteSize);
            }
        }
        return segment(allocateMore(byteSize, byteAlignment), byteSize);
    }

    private MemorySegment segment(long block, long byteSize) {
        if (zeroed) {
            Memory.zeroWords(block, byteSize);
        }
        return memory.asSlice(block - memory.address(), byteSize);
    }

    private long allocateMore(long byteSize, long alignment) {
        if (!isOwner()) {
            throw new WrongThreadException("arena of pool '%s': used by %s (expected: %s)"
                    .formatted(engine.settings().name(), Thread.currentThread(), owner));
        }
        if (first == CLOSED) {
            throw new IllegalStateException(
                    "arena of pool '" + engine.settings().name() + "' is closed (expected: open)");
        }
        BlockStack blocks = more;
        if (blocks == null) {
            blocks = new BlockStack();
            more = blocks;
        }
        blocks.reserve();
        long block = 0;
        if (plain && byteSize >= 0 && byteSize <= SizeClasses.MAX_BYTES && Segments.isUsual(alignment)) {
            int sizeClass = SizeClasses.of(byteSize);
            block = cache.allocate(sizeClass, PoolEngine.scopeCode(sizeClass));
        }
        if (block == 0) {
            block = engine.allocateSlowly(byteSize, alignment, PoolEngine.SCOPES);
        }
        blocks.push(block);
        return block;
    }

    @Override
    public MemorySegment.Scope scope() {
        return inner.scope();
    }

    /**
     * Ends the scope and returns all blocks.
     *
     * @throws IllegalStateException if it has ended already, or a thread is using a segment in an I/O operation or a native call
     * @throws dev.ashlar.HeapCorruptionException if the header of a block was overwritten; the scope has ended, and the others are returned
     * @throws WrongThreadException if it belongs to another thread
     */
    @Override
    public void close() {
        inner.close();
        try {
            long block = first;
            first = CLOSED;
            if (more != null || engine.isClosed() || !giveBack(block)) {
                closeMore(block);
            } else {
                leave();
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Whether a block was a cell that there was room for in the cache; 0 needs none. */
    private boolean giveBack(long block) {
        if (block == 0) {
            return true;
        }
        long header = CellHeaders.raw(block);
        int sizeClass = CellHeaders.sizeClass(header);
        return plain
                && CellHeaders.read(block) == PoolEngine.scopeCode(sizeClass)
                && cache.push(sizeClass, block);
    }

    private void closeMore(long block) {
        try {
            BlockStack blocks = more;
            more = null;
            RuntimeException failure = null;
            if (blocks != null) {
                for (long next = blocks.pop(); next != 0; next = blocks.pop()) {
                    failure = free(next, failure);
                }
            }
            if (block != 0) {
                failure = free(block, failure);
            }
            ScopeBlocks.check(failure);
        } finally {
            leave();
            if (engine.isClosed()) {
                engine.reservation().scopeEnded();
            }
        }
    }

    private @Nullable RuntimeException free(long block, @Nullable RuntimeException failure) {
        return engine.isClosed() || giveBack(block) ? failure : ScopeBlocks.free(engine, block, failure);
    }

    @Override
    public String toString() {
        return "arena of pool '" + engine.settings().name() + "'" + (inner.scope().isAlive() ? "" : ", closed");
    }
}
