package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

import dev.ashlar.AllocationCounts;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragStatistics;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.region.Regions;
import dev.ashlar.slab.SlabValidator;

/**
 * Adds up what arenas and caches count, in bytes:
 *
 * <pre>{@code
 *     taken cells == live cells + cached + queued
 *     live + pending + free + headers + overhead == committed
 * }</pre>
 */
final class PoolFigures {
    private final PoolSettings settings;
    private final ArenaGroup arenas;
    private final CacheTable caches;
    private final Stripes stripes;
    private final CacheBudget budget;

    PoolFigures(PoolSettings settings, ArenaGroup arenas, CacheTable caches, Stripes stripes, CacheBudget budget) {
        this.settings = settings;
        this.arenas = arenas;
        this.caches = caches;
        this.stripes = stripes;
        this.budget = budget;
    }

    private List<CoreCache> allCaches() {
        List<CoreCache> all = new ArrayList<>(caches.caches());
        all.addAll(stripes.caches());
        return all;
    }

    PoolStatistics statistics(PoolParts parts, DefragStatistics defragmentation) {
        List<ArenaFigures> figures = arenas.figures();
        long cachedBytes = 0;
        long cachedCells = 0;
        for (CoreCache cache : allCaches()) {
            cachedBytes += cache.bytes();
            cachedCells += cache.cells();
        }
        HeapStatistics memory = memory(figures, cachedBytes, cachedCells);
        long[] served = served();
        AllocationCounts allocations = allocations(parts.supply, figures, served);
        long allocatedBytes = allocatedBytes(figures, served);
        Map<PoolExhaustedException.Cause, Long> failures = parts.failures.byCause();
        long frees = Math.max(0, allocations.total() - memory.liveBlocks());
        long remote = Math.min(frees, parts.returns.queuedCells());
        return new PoolStatistics(
                memory,
                arenas.count(),
                (int) figures.stream().filter(ArenaFigures::fenced).count(),
                caches.count(),
                cachedBytes,
                budget.grantedBytes(),
                sum(figures, ArenaFigures::queuedCellBytes),
                sum(figures, ArenaFigures::slabs),
                sum(figures, ArenaFigures::refills),
                sum(figures, ArenaFigures::cellsServed),
                sum(figures, ArenaFigures::blocksServed),
                allocations.steal(),
                parts.supply.reclaims(),
                failures.entrySet().stream().filter(e -> e.getKey() != Cause.BUDGET).mapToLong(Map.Entry::getValue)
                        .sum(),
                parts.waiters.waits(),
                parts.waiters.waitedNanos(),
                parts.waiters.waiting(),
                parts.pressure.calls(),
                parts.pressure.failures(),
                sum(figures, ArenaFigures::doubleFrees),
                parts.failedReleases.sum(),
                defragmentation,
                arenas.limitBytes(),
                allocations,
                allocatedBytes,
                Math.max(0, allocatedBytes - memory.liveBytes()),
                frees - remote,
                remote,
                failures,
                parts.policies.switches(),
                parts.leaks.count());
    }

    /** How many cells of each class caches have served. */
    private long[] served() {
        long[] served = new long[SizeClasses.COUNT];
        caches.addServed(served);
        for (CoreCache stripe : stripes.caches()) {
            for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
                served[sizeClass] += stripe.served(sizeClass);
            }
        }
        return served;
    }

    private static AllocationCounts allocations(Supply supply, List<ArenaFigures> figures, long[] served) {
        return new AllocationCounts(
                LongStream.of(served).sum(),
                sum(figures, ArenaFigures::callersCells) - supply.stolenCells() - supply.grownCells(),
                supply.stolenCells() + supply.stolenBlocks(),
                supply.grownCells() + supply.grownBlocks(),
                sum(figures, ArenaFigures::blocksServed) - supply.stolenBlocks() - supply.grownBlocks());
    }

    private static long allocatedBytes(List<ArenaFigures> figures, long[] served) {
        long bytes = sum(figures, a -> a.callersCellBytes() + a.blockBytesServed());
        for (int sizeClass = 0; sizeClass < served.length; sizeClass++) {
            bytes += served[sizeClass] * SizeClasses.usableBytes(sizeClass);
        }
        return bytes;
    }

    private static long sum(List<ArenaFigures> figures, ToLongFunction<ArenaFigures> figure) {
        return figures.stream().mapToLong(figure).sum();
    }

    /** Each arena's. */
    List<ArenaStatistics> arenaStatistics() {
        return arenas.all().stream().map(this::statistics).toList();
    }

    private ArenaStatistics statistics(CoreArena arena) {
        ArenaFigures now = arena.view().figures();
        return new ArenaStatistics(
                now.number(),
                arenas.isOfMovable(arena),
                now.fenced(),
                arena.policy().adaptation().inForce().getFirst(),
                now.regions(),
                now.committedBytes(),
                now.blockBytes() + now.takenCellBytes(),
                now.queuedCellBytes(),
                now.freeBlockBytes() + now.freeCellBytes(),
                now.headerBytes(),
                now.overheadBytes(),
                now.freeBlocks(),
                now.freeBlockBytes(),
                now.largestFreeBytes(),
                now.slabs(),
                now.emptySlabs(),
                now.refills(),
                now.cellsServed(),
                now.blocksServed());
    }

    /** Bytes and blocks at this moment. */
    HeapStatistics memory() {
        List<CoreCache> all = allCaches();
        return memory(
                arenas.figures(),
                all.stream().mapToLong(CoreCache::bytes).sum(),
                all.stream().mapToLong(CoreCache::cells).sum());
    }

    private HeapStatistics memory(List<ArenaFigures> figures, long cachedBytes, long cachedCells) {
        Regions regions = arenas.regions();
        long retained = regions.retainedRegions();
        long pendingBytes = cachedBytes + figures.stream().mapToLong(ArenaFigures::queuedCellBytes).sum();
        long pendingCells = cachedCells + figures.stream().mapToLong(ArenaFigures::queuedCells).sum();
        long taken = figures.stream().mapToLong(ArenaFigures::takenCellBytes).sum();
        long takenCells = figures.stream().mapToLong(ArenaFigures::takenCells).sum();
        long partlyFree = figures.stream().mapToLong(a -> a.freeBlockBytes() + a.freeCellBytes()).sum();
        long largest = figures.stream().mapToLong(ArenaFigures::largestFreeBytes).max().orElse(0);
        int run = regions.longestRetainedRun();
        long largestRetained = run == 0
                ? 0
                : run * arenas.geometry().regionBytes() - BlockLayout.EDGE_BYTES - BlockLayout.HEADER_BYTES;
        return new HeapStatistics(
                settings.capacityBytes(),
                figures.stream().mapToLong(ArenaFigures::committedBytes).sum()
                        + retained * regions.committedBytesEach(),
                figures.stream().mapToLong(ArenaFigures::blockBytes).sum() + Math.max(0, taken - pendingBytes),
                pendingBytes,
                partlyFree + retained * arenas.geometry().regionBytes(),
                figures.stream().mapToLong(ArenaFigures::headerBytes).sum(),
                figures.stream().mapToLong(ArenaFigures::overheadBytes).sum() + retained * regions.tableBytesEach(),
                retained * arenas.geometry().regionBytes(),
                figures.stream().mapToLong(ArenaFigures::blocks).sum() + Math.max(0, takenCells - pendingCells),
                pendingCells,
                figures.stream().mapToLong(a -> a.freeBlocks() + a.freeCells()).sum(),
                figures.stream().mapToLong(ArenaFigures::withheldBlocks).sum(),
                partlyFree,
                largest,
                Math.max(largest, largestRetained));
    }

    /**
     * Recomputes each arena from a walk, and checks the equation.
     *
     * @param quiet whether nobody allocates or frees: then live cells and cached ones are compared, too
     * @throws HeapCorruptionException about the first thing that is not as it must be
     */
    void validate(boolean quiet) {
        long liveCells = 0;
        for (CoreArena arena : arenas.all()) {
            SlabValidator.Cells cells = arena.view().validate();
            ArenaFigures now = arena.view().figures();
            liveCells += cells.liveCells();
            equal(
                    "arena %d: blocks + taken + free + headers + overhead".formatted(arena.number()),
                    now.blockBytes() + now.takenCellBytes() + now.freeBlockBytes() + now.freeCellBytes()
                            + now.headerBytes()
                            + now.overheadBytes(),
                    now.committedBytes());
        }
        if (quiet) {
            validateQuiet(liveCells);
        }
    }

    private void validateQuiet(long liveCells) {
        List<ArenaFigures> figures = arenas.figures();
        long pending = figures.stream().mapToLong(ArenaFigures::queuedCells).sum();
        for (CoreCache cache : allCaches()) {
            pending += cache.cells();
        }
        equal(
                "live + cached + queued cells",
                liveCells + pending,
                figures.stream().mapToLong(ArenaFigures::takenCells).sum());
        HeapStatistics all = memory(figures, cachedBytes(), pending - queued(figures));
        equal(
                "live + pending + free + headers + overhead",
                all.liveBytes() + all.pendingBytes() + all.freeBytes() + all.headerBytes() + all.overheadBytes(),
                all.committedBytes());
    }

    private static long queued(List<ArenaFigures> figures) {
        return figures.stream().mapToLong(ArenaFigures::queuedCells).sum();
    }

    /** Usable bytes in all caches. */
    long cachedBytes() {
        return allCaches().stream().mapToLong(CoreCache::bytes).sum();
    }

    private static void equal(String what, long found, long expected) {
        if (found != expected) {
            throw new HeapCorruptionException(0, "%s: %d (expected: %d)".formatted(what, found, expected));
        }
    }
}
