package dev.ashlar.pool;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.cache.Stripes.Stripe;
import dev.ashlar.os.Memory;
import dev.ashlar.record.Observers;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/**
 * Allocating, where the hot path does not end: a cache that is empty, blocks, other owners, hardened pools, virtual threads, and all that is done before
 * a request fails.
 */
final class Allocation {
    private final PoolParts parts;
    private final PoolSettings settings;
    private final ArenaGroup arenas;
    private final Geometry geometry;
    private final CacheTable caches;
    private final Stripes stripes;
    private final Supply supply;
    private final Waiters waiters;
    private final PressureCallbacks pressure;
    private final @Nullable Guards guards;
    private final LiveBlocks live;
    private final long guardBytes;

    Allocation(PoolParts parts, LiveBlocks live) {
        this.parts = parts;
        settings = parts.settings;
        arenas = parts.arenas;
        geometry = parts.geometry;
        caches = parts.caches;
        stripes = parts.stripes;
        supply = parts.supply;
        waiters = parts.waiters;
        pressure = parts.pressure;
        guards = parts.guards;
        this.live = live;
        guardBytes = guards == null ? 0 : Guards.BYTES;
    }

    /**
     * Allocates, after all that can be done to make room.
     *
     * @param owner whom the block belongs to
     * @throws IllegalArgumentException if the size is negative, or the alignment no power of two
     * @throws PoolExhaustedException if there is no room
     */
    long allocate(long byteSize, long alignment, int owner) {
        return recorded(allocateUnrecorded(byteSize, alignment, owner), byteSize, alignment, owner);
    }

    /** The same, and tells no observer; but they can be told of the block's free. */
    long allocateUnrecorded(long byteSize, long alignment, int owner) {
        long address = tryUnrecorded(byteSize, alignment, owner);
        return address != 0 ? address : allocateUnderPressure(byteSize, alignment, owner);
    }

    /** Tells observers, if there are some, of a block that is about to be handed out, or of none. */
    long recorded(long address, long byteSize, long alignment, int owner) {
        Observers observers = parts.observation.observers();
        if (observers != null && address != 0 && observers.allocated(address, byteSize, alignment, owner)) {
            live.mark(address);
        }
        return address;
    }

    private long allocateUnderPressure(long byteSize, long alignment, int owner) {
        long[] found = {0};
        if (byteSize <= geometry.byteSize()) {
            pressure.call(byteSize, () -> (found[0] = tryUnrecorded(byteSize, alignment, owner)) != 0);
        }
        if (found[0] != 0) {
            return found[0];
        }
        Request last = new Request(byteSize + guardBytes, alignment, owner, Request.NO_CLASS, null);
        long address = byteSize > geometry.byteSize() ? 0 : supply.find(last, arenas.here());
        if (address != 0) {
            return finish(address, byteSize);
        }
        throw parts.exhausted(byteSize, alignment, last.refusal());
    }

    /**
     * Allocates if there is room, or can be made without asking others to free.
     *
     * @return the address, or 0
     * @throws IllegalArgumentException if the size is negative, or the alignment no power of two
     */
    long tryAllocate(long byteSize, long alignment, int owner) {
        return recorded(tryUnrecorded(byteSize, alignment, owner), byteSize, alignment, owner);
    }

    private long tryUnrecorded(long byteSize, long alignment, int owner) {
        PoolParts.checkSize(byteSize);
        PoolParts.checkAlignment(alignment);
        parts.checkOpen();
        if (byteSize > geometry.byteSize()) {
            return 0;
        }
        long payloadBytes = byteSize + guardBytes;
        int sizeClass =
                payloadBytes <= SizeClasses.MAX_BYTES ? SizeClasses.ofAligned(payloadBytes, alignment)
                        : Request.NO_CLASS;
        return sizeClass == Request.NO_CLASS
                ? tryBlock(byteSize, payloadBytes, alignment, owner)
                : tryCell(byteSize, payloadBytes, alignment, owner, sizeClass);
    }

    private long tryBlock(long byteSize, long payloadBytes, long alignment, int owner) {
        int home = homeOf(caches.current());
        long block = arenas.get(home).serveBlock(BlockLayout.unitsFor(payloadBytes), alignment, owner, false, true);
        if (block == 0) {
            block = find(new Request(payloadBytes, alignment, owner, Request.NO_CLASS, null), home);
        }
        return block == 0 ? 0 : finish(block, byteSize);
    }

    private long find(Request request, int home) {
        long found = supply.find(request, home);
        if (found == 0) {
            found = supply.findAfterReclaim(request, home);
            if (found == 0 && parts.movables.makeRoom()) {
                found = supply.findAfterReclaim(request, home);
            }
            parts.releaseSurplus();
        }
        return found;
    }

    private int homeOf(CoreCache cache) {
        return cache == CoreCache.NONE ? arenas.here() : cache.home();
    }

    private long tryCell(long byteSize, long payloadBytes, long alignment, int owner, int sizeClass) {
        long code = CellHeaders.liveCode(sizeClass, owner);
        CoreCache cache = caches.attach();
        long cell;
        if (cache == CoreCache.NONE) {
            parts.checkOpen();
            cell = fromStripe(sizeClass);
            if (cell == 0) {
                cell = supply.single(sizeClass, arenas.here());
            }
        } else {
            // Not by way of the hot path, which may be closed to this cache although there are cells in it.
            cell = cache.take(sizeClass, code);
            if (cell == 0) {
                cell = supply.refill(cache, sizeClass, true);
            }
        }
        if (cell == 0) {
            Request request = new Request(
                    payloadBytes, alignment, owner, sizeClass, cache == CoreCache.NONE ? null : cache);
            int home = homeOf(cache);
            cell = find(request, home);
            if (cell == 0 || !request.servedCell()) {
                return cell == 0 ? 0 : finish(cell, byteSize);
            }
        }
        CellHeaders.write(cell, code);
        return finishCell(cell, sizeClass, byteSize);
    }

    /** A cell for a virtual thread; its header is not written yet. */
    private long fromStripe(int sizeClass) {
        Stripe stripe = stripes.tryTake();
        if (stripe == null) {
            return 0;
        }
        try {
            CoreCache cache = stripe.cache();
            long cell = cache.allocate(sizeClass, CellHeaders.freeCode(sizeClass));
            // Waits for no lock to have cells: others would find this stripe taken meanwhile. Where caches may hold no more, what it gives back for that may wait for one.
            return cell != 0 ? cell : supply.refill(cache, sizeClass, false);
        } finally {
            stripe.release();
        }
    }

    private long finish(long block, long byteSize) {
        return guards == null && !settings.zeroing() ? block
                : finishWith(block, live.payloadBytes(block), byteSize, -1);
    }

    private long finishCell(long cell, int sizeClass, long byteSize) {
        return guards == null && !settings.zeroing()
                ? cell
                : finishWith(cell, SizeClasses.usableBytes(sizeClass), byteSize, sizeClass);
    }

    private long finishWith(long block, long payloadBytes, long byteSize, int sizeClass) {
        Guards armed = guards;
        if (armed == null) {
            Memory.fill(block, byteSize, (byte) 0);
            return block;
        }
        if (!Guards.isZero(block, payloadBytes)) {
            HeapCorruptionException written = armed.writtenWhileFree(block, payloadBytes);
            parts.withhold(block, sizeClass, written);
            throw written;
        }
        armed.arm(block, payloadBytes, byteSize);
        return block;
    }

    /**
     * Allocates, and waits if there is no room, behind those that wait already.
     *
     * @param nanos at most
     * @throws InterruptedException if the thread is interrupted while it waits; nothing is allocated then
     * @throws PoolExhaustedException if the time is over
     */
    long allocate(long byteSize, long alignment, int owner, long nanos) throws InterruptedException {
        long address = waiters.waiting() > 0 ? 0 : tryUnrecorded(byteSize, alignment, owner);
        if (address == 0 && byteSize <= geometry.byteSize()) {
            address = waiters.await(nanos, () -> tryUnrecorded(byteSize, alignment, owner));
        }
        if (address == 0) {
            address = allocateUnderPressure(byteSize, alignment, owner);
        }
        return recorded(address, byteSize, alignment, owner);
    }
}
