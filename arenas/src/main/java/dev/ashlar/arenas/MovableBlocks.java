package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.pool.Movables;
import dev.ashlar.pool.PoolEngine;

/**
 * The movable blocks of a pool, by number: the object-free form of {@link MovableHandle}.
 *
 * <pre>{@code
 *     MovableBlocks movable = pool.movable();
 *     long page = movable.allocate(4096);
 *     long address = movable.pinAddress(page);
 *     try {
 *         ...                                               // the address is good until
 *     } finally {
 *         movable.unpin(page);                              // here
 *     }
 *     movable.compact();
 *     movable.free(page);
 * }</pre>
 *
 * <p>Movable blocks have regions of their own, share the pool's capacity with all others, and are aligned to 16 bytes. Each has a header and a back
 * reference of 8 bytes, and 16 bytes on the Java heap for its handle. Numbers are checked: one that was freed, or is of another pool, is refused, but for
 * about one in 262,144.
 *
 * <p><b>Moves.</b> A block that is not pinned may move while a {@linkplain #compact compaction} runs, or a request for which there is no room.
 * Nobody ever waits for a move. Blocks larger than a region don't move.
 *
 * <p>Thread-safe. Every method throws {@link IllegalStateException} once the pool is closed. None makes a Java object but those that return one, and now and
 * then {@link #allocate}.
 */
public final class MovableBlocks {
    private final MemoryPool pool;
    private final PoolEngine engine;
    private final Movables movables;
    private final MemorySegment memory;

    MovableBlocks(MemoryPool pool, PoolEngine engine) {
        this.pool = pool;
        this.engine = engine;
        movables = engine.movables();
        memory = engine.memory();
    }

    /**
     * Allocates a movable block.
     *
     * @param byteSize 0 or more
     * @return its number, more than 0
     * @throws IllegalArgumentException if the size is negative
     * @throws PoolExhaustedException if there is no room, also after a compaction, and pressure callbacks made none
     */
    public long allocate(long byteSize) {
        try {
            return movables.allocate(byteSize);
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    /**
     * The handle of a number.
     *
     * @throws InvalidFreeException if it is not of a live block of this pool
     */
    public MovableHandle handle(long number) {
        return new MovableHandle(this, number, byteSize(number));
    }

    /**
     * Pins a block: it stays at its address until it is unpinned as often as it was pinned. Lock-free, and waits for nothing. O(1).
     *
     * @return its address
     * @throws InvalidFreeException if the number is not of a live block of this pool
     * @throws IllegalStateException if it has 1,048,575 pins
     */
    public long pinAddress(long number) {
        try {
            return movables.pin(number);
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    /**
     * Takes one pin back. Lock-free. O(1).
     *
     * @throws InvalidFreeException if the number is not of a live block of this pool
     * @throws IllegalStateException if it has no pin
     */
    public void unpin(long number) {
        try {
            movables.unpin(number);
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    /**
     * How many pins a block has at this moment.
     *
     * @throws InvalidFreeException if the number is not of a live block of this pool
     */
    public int pins(long number) {
        return movables.pins(number);
    }

    /**
     * How many bytes were asked for.
     *
     * @throws InvalidFreeException if the number is not of a live block of this pool
     */
    public long byteSize(long number) {
        return movables.byteSize(number);
    }

    /**
     * Frees a block.
     *
     * @throws InvalidFreeException if the number is not of a live block of this pool
     * @throws IllegalStateException if it is pinned
     * @throws HeapCorruptionException if it was written past its end: it is withheld; or if something next to it was overwritten: it is live still
     */
    public void free(long number) {
        try {
            movables.free(number);
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    /** Compacts without a limit; see {@link #compact(CompactionLimits)}. */
    public CompactionReport compact() {
        return compact(CompactionLimits.NONE);
    }

    /**
     * Empties regions, the emptiest first, by moving their blocks into free places elsewhere, as far as these go; gives the regions, and whole pages of
     * what is free in the others, back to the operating system. Others allocate, pin and free meanwhile, and wait for about a slice at most. One
     * pass runs at a time. A region in which a block is pinned, or for whose blocks there is no room, is left as it was but for what has moved. O(movable
     * blocks + bytes moved).
     *
     * @throws HeapCorruptionException if damage was found: the movable blocks are fenced
     */
    public CompactionReport compact(CompactionLimits limits) {
        Objects.requireNonNull(limits, "limits");
        try {
            return movables.compact(limits, () -> false);
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    /** The figures of this moment. O(1). */
    public MovableStatistics statistics() {
        try {
            return movables.statistics();
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    /** The pool that these are of. */
    public MemoryPool pool() {
        return pool;
    }

    // For handles and pins

    Pin pin(long number, long byteSize) {
        long address = pinAddress(number);
        return new PoolPin(this, number, memory.asSlice(address - memory.address(), byteSize));
    }

    Pin pinConfined(long number, long byteSize) {
        if (!engine.canRescope()) {
            engine.checkOpen();
            throw new UnsupportedOperationException(
                    "pool '%s': pinConfined: memory without native access has one scope only".formatted(pool.name()));
        }
        return new ConfinedPin(this, engine, number, byteSize);
    }

    void unpinIfOpen(long number) {
        try {
            if (!engine.isClosed()) {
                unpin(number);
            }
        } catch (IllegalStateException e) {
            if (!engine.isClosed()) {
                throw e;
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // A pool is itself.
    boolean isOfSamePool(MovableBlocks other) {
        return pool == other.pool;
    }
}
