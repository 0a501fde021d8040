package dev.ashlar.pool;

import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.os.Hold;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

/**
 * What a pool is made of, put together; and the few steps that allocating, freeing and closing share.
 *
 * <p>Nothing here refers to the {@link PoolEngine}: caches are found from threads, and may outlive the pool.
 */
final class PoolParts {
    /** In place of a thread's id: no thread finds such a cache by it. */
    static final long VIEW = -2;

    private static final int STRIPES_PER_CORE = 4;

    final PoolSettings settings;
    final ArenaGroup arenas;
    final Geometry geometry;
    final CacheTable caches;
    final Stripes stripes;
    final CacheBudget cacheBudget;
    final CellReturns returns;
    final Supply supply;
    final Waiters waiters = new Waiters();
    final PressureCallbacks pressure;
    final PolicyWatch policies;
    final Movables movables;
    final Owners owners = new Owners();
    final @Nullable Guards guards;
    final Failures failures = new Failures();
    final LongAdder failedReleases = new LongAdder();

    /** Counts the scopes of threads that have no cache. */
    final Hold sharedHold;

    /** Who is told of blocks handed out and taken back. */
    final Observation observation;

    final Leaks leaks;

    private volatile boolean closed;

    PoolParts(PoolSettings settings) {
        this.settings = settings;
        try {
            arenas = new ArenaGroup(settings);
        } catch (OsException e) {
            throw Exhaustion.ofReservation(settings.name(), settings.capacityBytes(), e);
        }
        geometry = arenas.geometry();
        guards = settings.hardened() ? arenas.guards() : null;
        cacheBudget = new CacheBudget(settings.cacheBytes(), settings.allCachesBytes());
        sharedHold = arenas.reservation().newHold();
        caches = new CacheTable(
                thread -> newCache(thread.threadId(), arenas.here(), arenas.reservation().newHold()));
        stripes = new Stripes(
                STRIPES_PER_CORE * settings.arenas(), i -> newCache(VIEW, i % arenas.count(), sharedHold));
        returns = new CellReturns(arenas);
        supply = new Supply(arenas, returns, caches, stripes, this::forget);
        policies = new PolicyWatch(settings.name(), arenas, settings.favour());
        pressure = new PressureCallbacks(settings.name());
        movables = new Movables(this);
        observation = new Observation(caches);
        leaks = new Leaks(settings.name(), observation);
    }

    /** An empty cache. */
    CoreCache newCache(long ownerId, int home, Hold hold) {
        return new CoreCache(ownerId, geometry, cacheBudget, home, guards == null, hold);
    }

    /** The cache of a thread that has ended is empty, and nobody uses it any more. */
    void forget(CoreCache ended) {
        leaks.threadEnded(ended);
        arenas.reservation().forget(ended.hold());
    }

    boolean isClosed() {
        return closed;
    }

    void setClosed(boolean value) {
        closed = value;
        if (value) {
            caches.close();
        }
        for (CoreArena arena : arenas.all()) {
            arena.setClosed(value);
        }
        if (!value) {
            caches.reopen();
        }
    }

    PoolFigures figures() {
        return new PoolFigures(settings, arenas, caches, stripes, cacheBudget);
    }

    /** Counts a request for which there is no room, and says why. */
    PoolExhaustedException exhausted(long byteSize, long alignment, @Nullable OsException refusal) {
        return failures.count(Exhaustion.of(
                settings.name(), figures().memory(), arenas.limitBytes(), geometry.regionBytes(), byteSize, alignment,
                refusal));
    }

    /** Takes a block with damaged contents out of circulation for good; a cell has a size class, another block -1. */
    void withhold(long block, int sizeClass, HeapCorruptionException found) {
        CoreArena arena = arenas.ownerOf(block);
        if (arena == null) {
            return;
        }
        if (sizeClass >= 0) {
            CellHeaders.write(block, CellHeaders.freeCode(sizeClass));
            arena.withholdCell(sizeClass, found);
        } else {
            arena.blocks().withhold(block, found);
        }
    }

    /** Something came back to an arena: whoever waits may try, and regions that are too many go. */
    void memoryReturned() {
        waiters.memoryReturned();
        releaseSurplus();
    }

    /** Gives regions back beyond what is to be retained. A refusal is noted: they stay, and stay usable. */
    void releaseSurplus() {
        int keep = Math.min(settings.retainedRegions(), arenas.regions().unusedBelowLimit());
        if (arenas.regions().retainedRegions() > keep) {
            try {
                arenas.regions().release(keep);
            } catch (OsException e) {
                failedReleases.increment();
                log("a free region stays committed", e);
            }
        }
    }

    private void log(String what, Throwable thrown) {
        System.getLogger("dev.ashlar").log(WARNING, "pool '" + settings.name() + "': " + what, thrown);
    }

    /** For what needs the pool's memory to be there. */
    void checkOpen() {
        if (closed) {
            throw new IllegalStateException("pool '" + settings.name() + "' is closed (expected: open)");
        }
    }

    static void checkSize(long byteSize) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize: " + byteSize + " (expected: 0 or more)");
        }
    }

    static void checkAlignment(long alignment) {
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("alignment: " + alignment + " (expected: a power of two)");
        }
    }
}
