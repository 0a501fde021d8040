package dev.ashlar.pool;

import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.arena.CellBatch;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;

/**
 * Brings cells back to the arenas that they are of.
 *
 * <pre>{@code
 *     cells -> home's: under home's lock, into their slabs
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
    private final LongAdder queued = new LongAdder();

    CellReturns(ArenaGroup arenas) {
        this.arenas = arenas;
    }

    /** Gives back the oldest cells of a class; the caller may use the cache. */
    void giveBackOldest(CoreCache cache, int sizeClass, int count) {
        long[] cells = cache.scratch();
        for (int left = count; left > 0; left -= CellBatch.CAPACITY) {
            int most = Math.min(left, CellBatch.CAPACITY);
            giveBack(sizeClass, cells, cache.removeOldest(sizeClass, cells, most), cache.home());
        }
    }

    /** Hands half of a full row over to the queues, without waiting for a lock: for who has a stripe. */
    void queueOldest(CoreCache cache, int sizeClass) {
        if (cache.cells(sizeClass) == 0) {
            // It is full because it may hold nothing.
            return;
        }
        long[] cells = cache.scratch();
        int count =
                cache.removeOldest(sizeClass, cells, Math.clamp(cache.limit(sizeClass) / 2, 1, CellBatch.CAPACITY));
        int left = queue(sizeClass, cells, count);
        while (left > 0) {
            // A queue is full. They stay here, and the caller's cell goes back by itself.
            cache.push(sizeClass, cells[--left]);
        }
    }

    /** Gives back one cell. */
    void giveBack(int sizeClass, long cell, int home) {
        giveBack(sizeClass, new long[] {cell}, 1, home);
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

    private void giveBack(int sizeClass, long[] cells, int count, int home) {
        CoreArena own = arenas.get(home);
        int left = hasAnyOf(own, cells, count) ? own.takeBack(sizeClass, cells, count) : count;
        left = queue(sizeClass, cells, left);
        while (left > 0) {
            left = ownerOf(cells[0]).takeBack(sizeClass, cells, left);
        }
    }

    private static boolean hasAnyOf(CoreArena arena, long[] cells, int count) {
        for (int i = 0; i < count; i++) {
            if (arena.isOurs(cells[i])) {
                return true;
            }
        }
        return false;
    }

    /** Offers cells to the queues of their arenas; those whose queue is full move to the front. Returns how many those are. */
    private int queue(int sizeClass, long[] cells, int count) {
        int refused = 0;
        int left = count;
        while (left > refused) {
            CoreArena owner = ownerOf(cells[refused]);
            CellBatch batch = arenas.spare().get();
            batch.begin(sizeClass);
            int others = refused;
            for (int i = refused; i < left; i++) {
                if (owner.isOurs(cells[i])) {
                    batch.add(cells[i]);
                } else {
                    cells[others++] = cells[i];
                }
            }
            left = others;
            // Whoever polls it may use it anew.
            int offered = batch.count();
            if (owner.offer(batch)) {
                queued.add(offered);
                if (owner.queuedBatches() >= HELP_BATCHES) {
                    owner.drainQueue(false);
                }
            } else {
                // Those of this arena come behind what was refused before, and the rest behind them.
                int back = batch.count();
                System.arraycopy(cells, refused, cells, refused + back, left - refused);
                System.arraycopy(batch.cells(), 0, cells, refused, back);
                refused += back;
                left += back;
                arenas.spare().put(batch);
            }
        }
        return refused;
    }

    /** How many cells went to queues, and not into their slabs at once. */
    long queuedCells() {
        return queued.sum();
    }

    /** The arena that a taken cell is of. */
    CoreArena ownerOf(long cell) {
        CoreArena owner = arenas.ownerOf(cell);
        if (owner == null) {
            throw new IllegalStateException(
                    "cell 0x%x is in a region of no arena (expected: of one, as it is taken)".formatted(cell));
        }
        return owner;
    }
}
