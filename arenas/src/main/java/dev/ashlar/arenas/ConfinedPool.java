package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.ref.Reference;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.pool.Leaks;
import dev.ashlar.pool.PoolEngine;

/**
 * A view of a pool for one thread, with a cache of its own: what the pool does, without finding the thread's cache first.
 *
 * <p>Blocks are the pool's: allocated here they may be freed there, and the other way round. Closing the view takes back what it has cached; live blocks
 * stay as they are. Only the thread that opened it may use it. The view keeps its pool.
 */
@SuppressWarnings("ReferenceEquality") // Threads.
public final class ConfinedPool implements SegmentAllocator, AutoCloseable {
    private final MemoryPool pool;
    private final PoolEngine engine;
    private final Segments segments;
    private final CoreCache cache;
    private final Thread owner;

    /** The largest request that the cache serves; less than any in a pool that does more than take a cell. */
    private final long hotBytes;

    private final Leaks.Tracked tracked;
    private boolean closed;

    ConfinedPool(MemoryPool pool, PoolEngine engine, Segments segments) {
        this.pool = pool;
        this.engine = engine;
        this.segments = segments;
        owner = Thread.currentThread();
        cache = engine.newCache();
        hotBytes = pool.isZeroing() ? -1 : SizeClasses.MAX_BYTES;
        tracked = track(engine, cache);
    }

    /** What is done when the view is dropped must not refer to it. */
    private Leaks.Tracked track(PoolEngine ofPool, CoreCache ofView) {
        return ofPool.leaks().track(this, () -> ofPool.viewDropped(ofView));
    }

    /** The pool that this is a view of. */
    public MemoryPool pool() {
        return pool;
    }

    /**
     * Allocates a block, aligned to 16 bytes; see {@link MemoryPool#allocateAddress(long)}.
     *
     * @throws IllegalArgumentException if the size is negative
     * @throws WrongThreadException if the view belongs to another thread
     * @throws IllegalStateException if the view or its pool is closed
     * @throws dev.ashlar.PoolExhaustedException if there is no room
     */
    public long allocateAddress(long byteSize) {
        check();
        try {
            if ((byteSize | (hotBytes - byteSize)) >= 0) {
                int sizeClass = SizeClasses.of(byteSize);
                long cell = cache.allocate(sizeClass);
                if (cell == 0) {
                    cell = engine.refill(cache, sizeClass, byteSize);
                }
                if (cell != 0) {
                    return cell;
                }
            }
            return engine.allocateSlowly(byteSize, BlockLayout.UNIT_BYTES, CellHeaders.POOL);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Allocates a block; see {@link MemoryPool#allocateAddress(long, long)}.
     *
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws WrongThreadException if the view belongs to another thread
     * @throws IllegalStateException if the view or its pool is closed
     * @throws dev.ashlar.PoolExhaustedException if there is no room
     */
    public long allocateAddress(long byteSize, long alignment) {
        if (Segments.isUsual(alignment)) {
            return allocateAddress(byteSize);
        }
        check();
        return pool.allocateAddress(byteSize, alignment);
    }

    /**
     * Frees a block of the pool; see {@link MemoryPool#freeAddress}.
     *
     * @throws dev.ashlar.InvalidFreeException if it is not a live block's address
     * @throws WrongThreadException if the view belongs to another thread
     * @throws IllegalStateException if the view or its pool is closed
     */
    public void freeAddress(long address) {
        check();
        try {
            if (!cache.free(address) && !engine.freeInto(cache, address)) {
                engine.freeSlowly(address, CellHeaders.POOL);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Allocates a block as a segment of the pool's scope; see {@link MemoryPool#allocate(long, long)}.
     *
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws WrongThreadException if the view belongs to another thread
     * @throws IllegalStateException if the view or its pool is closed
     * @throws dev.ashlar.PoolExhaustedException if there is no room
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return segments.of(allocateAddress(byteSize, byteAlignment), byteSize);
    }

    /**
     * Frees the block that a segment begins; see {@link MemoryPool#free}.
     *
     * @throws dev.ashlar.InvalidFreeException if it is not the pool's segment, or does not begin a live block
     * @throws WrongThreadException if the view belongs to another thread
     * @throws IllegalStateException if the view or its pool is closed
     */
    public void free(MemorySegment segment) {
        freeAddress(segments.addressOf(segment));
    }

    private void check() {
        if (!isOwner() || closed || cache.isRevoked()) {
            refuse();
        }
    }

    @SuppressWarnings("ReferenceEquality") // A thread is itself.
    private boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    private void refuse() {
        if (!isOwner()) {
            throw new WrongThreadException("confined view of pool '%s': used by %s (expected: %s)"
                    .formatted(pool.name(), Thread.currentThread(), owner));
        }
        engine.checkOpen();
        if (!closed) {
            // The pool could not be closed after all.
            return;
        }
        throw new IllegalStateException("confined view of pool '" + pool.name() + "' is closed (expected: open)");
    }

    /**
     * Gives what is cached back to the pool. Closing again, or after the pool, does nothing. A view that is dropped without is counted as a leak, and what it
     * has cached comes back when that is found.
     *
     * @throws WrongThreadException if the view belongs to another thread
     */
    @Override
    public void close() {
        if (!isOwner()) {
            refuse();
        }
        if (!closed) {
            closed = true;
            tracked.closed();
            engine.release(cache);
        }
    }
}
