package dev.ashlar.pool;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.cache.Stripes.Stripe;
import dev.ashlar.os.Memory;
import dev.ashlar.record.Observers;
import dev.ashlar.record.Sampler.Sample;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/** Freeing, where the hot path does not end: a cache that is full, blocks, other owners, hardened pools, virtual threads, and what is no live block. */
final class Freeing {
    private final PoolParts parts;
    private final ArenaGroup arenas;
    private final Geometry geometry;
    private final CacheTable caches;
    private final Stripes stripes;
    private final Supply supply;
    private final CellReturns returns;
    private final Owners owners;
    private final @Nullable Guards guards;
    private final LiveBlocks live;

    Freeing(PoolParts parts, LiveBlocks live) {
        this.parts = parts;
        arenas = parts.arenas;
        geometry = parts.geometry;
        caches = parts.caches;
        stripes = parts.stripes;
        supply = parts.supply;
        returns = parts.returns;
        owners = parts.owners;
        guards = parts.guards;
        this.live = live;
    }

    /** The same for any owner, who is told if it is not the one that frees. */
    void free(long address, int owner) {
        Observers observers = parts.observation.observers();
        if (observers == null || parts.isClosed() || !live.mayBeObserved(address)) {
            freeUnrecorded(address, owner);
            return;
        }
        long place = observers.claim();
        Sample sample = observers.take(address);
        boolean happened = false;
        try {
            freeUnrecorded(address, owner);
            happened = true;
        } finally {
            observers.freed(place, sample, address, happened);
        }
    }

    /** The same of a cell that a view's cache takes. */
    void freeInto(CoreCache cache, long cell, int sizeClass) {
        Observers observers = parts.observation.observers();
        if (observers == null || !live.mayBeObserved(cell)) {
            pushInto(cache, cell, sizeClass);
            return;
        }
        long place = observers.claim();
        Sample sample = observers.take(cell);
        boolean happened = false;
        try {
            pushInto(cache, cell, sizeClass);
            happened = true;
        } finally {
            observers.freed(place, sample, cell, happened);
        }
    }

    private void pushInto(CoreCache cache, long cell, int sizeClass) {
        // It is full, unless the cell came here only because an observer knows of it.
        if (!cache.push(sizeClass, cell)) {
            supply.pushToFull(cache, sizeClass, cell);
            parts.memoryReturned();
        }
    }

    /** Frees, and tells no observer. */
    void freeUnrecorded(long address, int owner) {
        parts.checkOpen();
        if (!geometry.isBlockAddress(address)) {
            throw arenas.explain(address);
        }
        long code = CellHeaders.read(address);
        if (live.isLiveCell(address, code)) {
            freeCell(address, code, owner);
        } else {
            freeBlock(address, owner);
        }
    }

    private void freeCell(long cell, long code, int owner) {
        int actual = Owners.unmarked(CellHeaders.owner(code));
        BlockOwner account = live.accountOf(cell, owner, actual);
        int sizeClass = CellHeaders.sizeClass(code);
        if (guards != null) {
            disarm(guards, cell, code, sizeClass);
        }
        if (account != null) {
            account.freed(SizeClasses.usableBytes(sizeClass));
        }
        pushCell(cell, sizeClass);
    }

    /** The holder's last step with a cell: of several threads that free it one gets further than the first line. */
    private void disarm(Guards armed, long cell, long code, int sizeClass) {
        live.takeFromHolder(cell, code, sizeClass);
        int usableBytes = SizeClasses.usableBytes(sizeClass);
        try {
            armed.requested(cell, usableBytes);
        } catch (HeapCorruptionException e) {
            parts.withhold(cell, sizeClass, e);
            throw e;
        }
        Memory.fill(cell, usableBytes, (byte) 0);
    }

    private void pushCell(long cell, int sizeClass) {
        CoreCache cache = caches.attach();
        if (cache == CoreCache.NONE) {
            parts.checkOpen();
            pushToStripe(cell, sizeClass);
        } else if (!cache.push(sizeClass, cell)) {
            supply.pushToFull(cache, sizeClass, cell);
            parts.memoryReturned();
        }
    }

    private void pushToStripe(long cell, int sizeClass) {
        CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
        Stripe stripe = stripes.tryTake();
        if (stripe != null) {
            try {
                CoreCache cache = stripe.cache();
                if (cache.push(sizeClass, cell) || (cache.grow(sizeClass, true) && cache.push(sizeClass, cell))) {
                    return;
                }
                returns.queueOldest(cache, sizeClass);
                if (cache.push(sizeClass, cell)) {
                    return;
                }
            } finally {
                stripe.release();
            }
        }
        returns.giveBack(sizeClass, cell, arenas.here());
        parts.memoryReturned();
    }

    private void freeBlock(long address, int owner) {
        CoreArena arena = arenas.ownerOf(address);
        if (arena == null) {
            throw arenas.diagnosis().explain(address);
        }
        long bytes = arena.blocks().free(address, owner, guards);
        if (bytes < 0) {
            int actual = (int) (-1 - bytes);
            BlockOwner account = live.accountOf(address, owner, actual);
            bytes = arena.blocks().free(address, actual, guards);
            if (account != null) {
                account.freed(bytes);
            }
        } else if (owner != CellHeaders.POOL) {
            BlockOwner account = owners.get(owner);
            if (account != null) {
                account.freed(bytes);
            }
        }
        parts.memoryReturned();
    }
}
