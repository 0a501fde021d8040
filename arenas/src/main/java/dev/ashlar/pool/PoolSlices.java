package dev.ashlar.pool;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.arena.CellBatch;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.Rests;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.defrag.DefragSpace;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/** A pool for the {@link dev.ashlar.defrag.Defragmenter}. */
final class PoolSlices implements DefragSpace {
    /** So many caches are taken out of the table at a time, and emptied before anything is counted again. */
    private static final int CACHES_A_TURN = 4;

    private final PoolParts parts;
    private final Object maintenance;
    private final ArenaSlices[] arenas;
    private long sliceNanos = 1;

    /**
     * For a pool.
     *
     * @param maintenance held while cells are on their way between caches and arenas, and between two arenas' states; never for longer than a few
     *     slices
     */
    PoolSlices(PoolParts parts, Object maintenance) {
        this.parts = parts;
        this.maintenance = maintenance;
        arenas = new ArenaSlices[parts.arenas.count()];
        Rests rests = new Rests();
        for (int i = 0; i < arenas.length; i++) {
            arenas[i] = new ArenaSlices(
                    i, parts.arenas.get(i).care(), parts.settings.clock(), this, maintenance, rests);
        }
    }

    @Override
    public void sliceNanos(long nanos) {
        sliceNanos = nanos;
    }

    long sliceNanos() {
        return sliceNanos;
    }

    @Override
    public int arenas() {
        return arenas.length;
    }

    @Override
    public ArenaSlices arena(int number) {
        return arenas[number];
    }

    @Override
    public long cachedBytes() {
        return parts.figures().cachedBytes();
    }

    @Override
    public int endedCaches() {
        return parts.caches.ended();
    }

    @Override
    public boolean isClosed() {
        return parts.isClosed();
    }

    @Override
    public void takeBackCaches(boolean shared, BooleanSupplier goOn) {
        boolean more = true;
        while (more && goOn.getAsBoolean()) {
            assert LockRank.MAINTENANCE.enter();
            try {
                synchronized (maintenance) {
                    List<CoreCache> ended = parts.caches.reap(CACHES_A_TURN);
                    for (CoreCache cache : ended) {
                        empty(cache);
                        parts.forget(cache);
                    }
                    more = !ended.isEmpty();
                }
            } finally {
                assert LockRank.MAINTENANCE.leave();
            }
        }
        if (shared) {
            parts.stripes.forEachIdle(stripe -> {
                assert LockRank.MAINTENANCE.enter();
                try {
                    synchronized (maintenance) {
                        empty(stripe);
                    }
                } finally {
                    assert LockRank.MAINTENANCE.leave();
                }
            });
        }
    }

    /** Puts the cells of a cache into their slabs: not by way of queues, as they are to be free when the run ends. */
    private void empty(CoreCache cache) {
        long[] cells = new long[CellBatch.CAPACITY];
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            while (cache.cells(sizeClass) > 0) {
                int left = cache.removeOldest(sizeClass, cells, cells.length);
                while (left > 0) {
                    left = ownerOf(cells[0]).takeBack(sizeClass, cells, left);
                }
            }
            if (cache.limit(sizeClass) > 0) {
                cache.shrink(sizeClass);
            }
        }
    }

    private ArenaSlices ownerOf(long cell) {
        CoreArena owner = parts.returns.ownerOf(cell);
        return arenas[owner.number()];
    }

    @Override
    public @Nullable CompactionReport compact(long mostBytes, BooleanSupplier cancelled) {
        if (parts.movables.spaceOrNull() == null) {
            return null;
        }
        CompactionLimits limits = CompactionLimits.NONE
                .withMaxBytes(mostBytes)
                .withSlice(Duration.ofNanos(Math.max(1, sliceNanos)));
        return parts.movables.compact(limits, cancelled);
    }

    @Override
    public @Nullable Movables movables() {
        return parts.movables.figures();
    }

    @Override
    public void ownPass(boolean vain) {
        parts.movables.ownPass(vain);
    }

    @Override
    public int retainedRegions() {
        return parts.arenas.regions().retainedRegions();
    }

    @Override
    public long regionBytes() {
        return parts.geometry.regionBytes();
    }

    @Override
    public long releaseNext(int keep) {
        assert LockRank.MAINTENANCE.enter();
        try {
            synchronized (maintenance) {
                return parts.arenas.regions().releaseNext(keep);
            }
        } finally {
            assert LockRank.MAINTENANCE.leave();
        }
    }
}
