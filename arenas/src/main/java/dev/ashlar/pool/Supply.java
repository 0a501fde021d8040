package dev.ashlar.pool;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.event.Steal;

/**
 * Where memory comes from when the home arena has none free, in the order of the design:
 *
 * <pre>{@code
 *     steal, if another arena has much     a try-lock each, from the next one on
 *     grow                                 one more region: a retained one, or a commit
 *     steal from anybody                   waiting for their locks, one at a time
 *     reclaim                              this thread's cache, ended threads', idle stripes', all queues, empty slabs
 *     steal and grow again;  for a cell: a block of its own
 * }</pre>
 *
 * <p>What comes after that, pressure callbacks and waiting, is the {@link Exhaustion}'s. No lock is held between two steps.
 */
final class Supply {
    private final ArenaGroup arenas;
    private final CellReturns returns;
    private final CacheTable caches;
    private final Stripes stripes;
    private final Consumer<CoreCache> forget;
    private final long worthAVisit;
    private final LongAdder stolenCells = new LongAdder();
    private final LongAdder stolenBlocks = new LongAdder();
    private final LongAdder grownCells = new LongAdder();
    private final LongAdder grownBlocks = new LongAdder();
    private final LongAdder reclaims = new LongAdder();

    /** {@code forget} is told of caches of ended threads, when they are empty. */
    Supply(ArenaGroup arenas, CellReturns returns, CacheTable caches, Stripes stripes, Consumer<CoreCache> forget) {
        this.arenas = arenas;
        this.returns = returns;
        this.caches = caches;
        this.stripes = stripes;
        this.forget = forget;
        worthAVisit = arenas.geometry().regionBytes() / 2;
    }

    /**
     * Finds memory for a request that the home arena has just refused.
     *
     * @return its address, or 0
     */
    long find(Request request, int home) {
        CoreArena own = arenas.get(home);
        long found = 0;
        if (arenas.regions().retainedRegions() == 0) {
            found = steal(request, home, true);
        }
        if (found == 0) {
            found = counted(request, request.ask(own, true, true), grownCells, grownBlocks);
        }
        if (found == 0) {
            found = steal(request, home, false);
        }
        return found;
    }

    /** The same, after all that can be taken back was; then without slabs, and from an arena that grows if home can't. */
    long findAfterReclaim(Request request, int home) {
        reclaim();
        long found = find(request, home);
        if (found == 0 && request.acceptBlock()) {
            found = find(request, home);
        }
        for (int i = 1; i < arenas.count() && found == 0; i++) {
            CoreArena other = arenas.get((home + i) % arenas.count());
            found = counted(request, request.ask(other, true, true), stolenCells, stolenBlocks);
        }
        return found;
    }

    private static long counted(Request request, long found, LongAdder cells, LongAdder blocks) {
        if (found != 0) {
            (request.servedCell() ? cells : blocks).increment();
        }
        return found;
    }

    private long steal(Request request, int home, boolean onlyIfMuch) {
        int count = arenas.count();
        for (int i = 1; i < count; i++) {
            CoreArena victim = arenas.get((home + i) % count);
            if (onlyIfMuch && (victim.freeBytesHint() < worthAVisit || victim.isBusy())) {
                continue;
            }
            long found = counted(request, request.ask(victim, false, !onlyIfMuch), stolenCells, stolenBlocks);
            if (found != 0) {
                Steal.write(arenas.poolName(), home, victim.number(), request.payloadBytes);
                return found;
            }
        }
        return 0;
    }

    /** Takes back what is free for callers and not where it can be found: cells in caches and queues, empty slabs. */
    void reclaim() {
        reclaims.increment();
        returnOwn();
        reapCaches();
        stripes.forEachIdle(returns::empty);
        coalesce();
    }

    /** Empties the cache of this thread. */
    void returnOwn() {
        CoreCache mine = caches.current();
        if (mine != CoreCache.NONE) {
            returns.empty(mine);
        }
    }

    /** Puts queued cells back, and merges empty slabs. A fenced arena is left as it is. */
    private void coalesce() {
        for (int i = 0; i < arenas.count(); i++) {
            try {
                arenas.get(i).coalesce();
            } catch (HeapCorruptionException e) {
                // Fenced now: what can be had from the others is had, and who reaches a block there is told.
            }
        }
    }

    /** Takes back the caches of threads that have ended; how many. */
    int reapCaches() {
        int reaped = 0;
        for (CoreCache ended : caches.reap()) {
            returns.empty(ended);
            forget.accept(ended);
            reaped++;
        }
        return reaped;
    }

    /** Takes cells for a row that is empty, from home as it is. */
    long refill(CoreCache cache, int sizeClass, boolean wait) {
        if (!cache.grow(sizeClass, false) && cache.limit(sizeClass) == 0) {
            makeRoom(cache, sizeClass);
        }
        if (arenas.get(cache.home()).isBusy()) {
            cache.homeWasBusy(arenas.here());
        } else {
            cache.homeWasIdle();
        }
        int wanted = Math.max(1, cache.limit(sizeClass) / 2);
        return arenas.get(cache.home()).serveCells(sizeClass, cache, wanted, false, wait);
    }

    /** The cache may hold no more: gives back what its other classes hold, so that this one may. */
    private void makeRoom(CoreCache cache, int sizeClass) {
        returns.empty(cache);
        cache.grow(sizeClass, false);
    }

    /** Adds a cell to a cache whose row is full. */
    void pushToFull(CoreCache cache, int sizeClass, long cell) {
        if (!cache.grow(sizeClass, true)) {
            int limit = cache.limit(sizeClass);
            if (limit == 0) {
                makeRoom(cache, sizeClass);
            } else {
                returns.giveBackOldest(cache, sizeClass, Math.max(1, limit / 2));
            }
        }
        if (!cache.push(sizeClass, cell)) {
            CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
            returns.giveBack(sizeClass, cell, cache.home());
        }
    }

    /** Takes one cell without a cache. */
    long single(int sizeClass, int home) {
        return arenas.get(home).serveCells(sizeClass, null, 1, false, true);
    }

    /** How many cells another arena than home served. */
    long stolenCells() {
        return stolenCells.sum();
    }

    /** How many blocks. */
    long stolenBlocks() {
        return stolenBlocks.sum();
    }

    /** How many cells home served when it was allowed one more region. */
    long grownCells() {
        return grownCells.sum();
    }

    /** How many blocks. */
    long grownBlocks() {
        return grownBlocks.sum();
    }

    long reclaims() {
        return reclaims.sum();
    }
}
