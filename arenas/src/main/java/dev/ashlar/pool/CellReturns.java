package dev.ashlar.pool;

import dev.ashlar.arena.CellBatch;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import org.jspecify.annotations.Nullable;

/**
 * Brings cells back to the arenas that they are of.
 *
 * <pre>{@code
 *     batch -> home's cells: under home's lock, into their slabs
 *           -> others', by arena: offered to its queue        full: under its lock
 *                                 many wait there: drain it, if nobody else is inside
 * }</pre>
 *
 * <p>A cell is out of its cache before it is in its slab, so an error in between can lose it to nobody's use, and never give it to two.
 */
final class CellReturns {
    /** From so many batches on a queue is drained by whoever adds to it, if its arena is idle. */
    private static final int HELP_BATCHES = 16;

    private final ArenaGroup arenas;

    CellReturns(ArenaGroup arenas) {
        this.arenas = arenas;
    }

    /** Gives back the oldest cells of a class; the caller may use the cache. */
    void giveBackOldest(CoreCache cache, int sizeClass, int count) {
        CellBatch batch = arenas.spare().get();
        batch.fill(cache, sizeClass, count);
        giveBack(batch, cache.home());
    }

    /** Hands half of a full row over to the queues, without waiting for a lock: for who has a stripe. */
    void queueOldest(CoreCache cache, int sizeClass) {
        CellBatch batch = arenas.spare().get();
        batch.fill(cache, sizeClass, Math.max(1, cache.limit(sizeClass) / 2));
        while (batch.count() > 0) {
            CoreArena owner = ownerOf(batch.cell(0));
            CellBatch rest = splitOthers(batch, owner);
            if (!owner.offer(batch)) {
                // Full. They stay here, and the caller's cell goes back by itself.
                batch.putInto(cache);
                arenas.spare().put(batch);
            }
            if (rest == null) {
                return;
            }
            batch = rest;
        }
        arenas.spare().put(batch);
    }

    /** Gives back one cell. */
    void giveBack(int sizeClass, long cell, int home) {
        CellBatch batch = arenas.spare().get();
        batch.begin(sizeClass, cell);
        giveBack(batch, home);
    }

    /** Gives back all cells of a cache, and lets it hold none until it is used again. */
    void empty(CoreCache cache) {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            while (cache.cells(sizeClass) > 0) {
                giveBackOldest(cache, sizeClass, CellBatch.CAPACITY);
            }
            if (cache.limit(sizeClass) > 0) {
                cache.shrink(sizeClass);
            }
        }
    }

    /** Gives back all cells of a batch, and the batch itself. */
    void giveBack(CellBatch batch, int home) {
        if (hasCellsOf(batch, arenas.get(home))) {
            arenas.get(home).takeBack(batch);
        }
        while (batch.count() > 0) {
            CoreArena owner = ownerOf(batch.cell(0));
            CellBatch rest = splitOthers(batch, owner);
            handOver(batch, owner);
            if (rest == null) {
                return;
            }
            batch = rest;
        }
        arenas.spare().put(batch);
    }

    private static boolean hasCellsOf(CellBatch batch, CoreArena arena) {
        for (int i = 0; i < batch.count(); i++) {
            if (arena.isOurs(batch.cell(i))) {
                return true;
            }
        }
        return false;
    }

    private CoreArena ownerOf(long cell) {
        CoreArena owner = arenas.ownerOf(cell);
        if (owner == null) {
            throw new IllegalStateException(
                    "cell 0x%x is in a region of no arena (expected: of one, as it is taken)".formatted(cell));
        }
        return owner;
    }

    /** Moves the cells that are not this arena's to a batch of their own; null if there are none. */
    private @Nullable CellBatch splitOthers(CellBatch batch, CoreArena owner) {
        if (!batch.hasOthers(owner::isOurs)) {
            return null;
        }
        CellBatch others = arenas.spare().get();
        batch.moveOthers(owner::isOurs, others);
        return others;
    }

    private void handOver(CellBatch batch, CoreArena owner) {
        if (!owner.offer(batch)) {
            owner.takeBack(batch);
            arenas.spare().put(batch);
        } else if (owner.queuedBatches() >= HELP_BATCHES) {
            owner.drainQueue(false);
        }
    }
}
