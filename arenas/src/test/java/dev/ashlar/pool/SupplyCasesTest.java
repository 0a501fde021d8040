package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.ashlar.Coalescing;
import dev.ashlar.DefragSettings;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.arena.ArenaCare;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.arena.CellBatch;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.LockMeter;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.cache.Stripes;
import dev.ashlar.os.OsMemory;
import dev.ashlar.region.PagePurge;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Cases 32, 34 and 35 of docs/cases.md, between arenas that the test chooses: which one a thread of the pool's gets depends on the core that it
 * runs on.
 */
class SupplyCasesTest {
    private static final int REGIONS = 3;
    private static final int CLASS = SizeClasses.of(100);

    private final ArenaGroup arenas = new ArenaGroup(new PoolSettings(
            "supply", 20, REGIONS, 3, FitPolicy.SEGREGATED_FIT, Favour.SPEED, Coalescing.DEFERRED, 0, 0, 0, false,
            false, false,
            TimeUnit.DAYS.toNanos(1), DefragSettings.ofDefaults(), System::nanoTime, OsMemory.system(), 42));
    private final CellReturns returns = new CellReturns(arenas);
    private final CacheTable caches = new CacheTable(thread -> CoreCache.NONE);
    private final Stripes stripes = new Stripes(2, i -> new CoreCache(
            -2, arenas.geometry(), new CacheBudget(0, 0), 0, true, arenas.reservation().newHold()));
    private final Supply supply = new Supply(arenas, returns, caches, stripes, _ -> {});

    @AfterEach
    void close() {
        arenas.reservation().close();
    }

    private static Request cell() {
        return new Request(100, 16, CellHeaders.POOL, CLASS, null);
    }

    /** Takes cells of an arena, as many as it has or can have. */
    private List<Long> takeAll(CoreArena arena) {
        List<Long> cells = new ArrayList<>();
        for (long cell; (cell = cell().ask(arena, true, true)) != 0;) {
            CellHeaders.write(cell, CellHeaders.liveCode(CLASS));
            cells.add(cell);
        }
        return cells;
    }

    private void giveBack(long cell, int home) {
        CellHeaders.write(cell, CellHeaders.freeCode(CLASS));
        returns.giveBack(CLASS, cell, home);
    }

    private long takenCells() {
        return arenas.figures().stream().mapToLong(ArenaFigures::takenCells).sum();
    }

    /** Nobody allocates in the arena that the cells are of: whoever goes around drains its queue. */
    @Test
    void case32_idleArenasQueue_isDrained() {
        List<Long> cells = takeAll(arenas.get(0)).subList(0, 10);
        for (long cell : cells) {
            giveBack(cell, 1);
        }
        assertEquals(10, arenas.get(0).queuedBatches());
        assertEquals(10, arenas.get(0).view().figures().queuedCells());
        long taken = takenCells();
        ArenaCare care = arenas.get(0).care();
        while (care.slice(System::nanoTime, 1, new LockMeter(), care::drainBatch)) {
            // A batch each time: that is what the worker does.
        }
        assertEquals(0, arenas.get(0).queuedBatches());
        assertEquals(0, arenas.get(0).view().figures().queuedCells());
        assertEquals(taken - 10, takenCells());
        arenas.get(0).view().validate();
    }

    /** From some batches on it need not wait for anybody to go around: who adds to the queue of an idle arena drains it. */
    @Test
    void case32_manyBatchesForAnIdleArena_areDrainedByWhoAddsThem() {
        List<Long> cells = takeAll(arenas.get(0));
        for (long cell : cells.subList(0, 500)) {
            giveBack(cell, 1);
            assertTrue(arenas.get(0).queuedBatches() <= 16, "batches");
        }
    }

    /** While pages of its only free block are given back an arena grows for nobody: a request waits for them, and one that may not wait is refused. */
    @Test
    void request_whileItsBlockIsPurged_waitsForItAndDoesNotGrow() throws Exception {
        CoreArena arena = arenas.get(0);
        ArenaCare care = arena.care();
        long first = arena.serveBlock(BlockLayout.unitsFor(600_000), 16, CellHeaders.POOL, true, true);
        arena.serveBlock(BlockLayout.unitsFor(440_000), 16, CellHeaders.POOL, true, true);
        arena.blocks().free(first, CellHeaders.POOL, null);
        PagePurge purge = care.purge(64, 0);
        assumeTrue(purge != null, "pages can be given back");
        care.slice(System::nanoTime, 1, new LockMeter(), () -> care.holdPages(purge) && !purge.isHolding());
        assertTrue(purge.isHolding());
        assertEquals(0, arena.serveCells(CLASS, null, 1, true, false));
        FutureTask<Long> cell = new FutureTask<>(() -> arena.serveCells(CLASS, null, 1, true, true));
        Thread waiting = Thread.ofPlatform().daemon().start(cell);
        while (waiting.getState() != Thread.State.WAITING) {
            assertFalse(cell.isDone(), "it did not wait");
            Thread.onSpinWait();
        }
        assertTrue(care.holdPages(purge), "who waits comes first");
        purge.giveBack();
        care.putBackPages(System::nanoTime, 1, new LockMeter(), purge);
        assertTrue(cell.get(60, TimeUnit.SECONDS) != 0);
        assertEquals(1, arena.view().figures().regions());
        arena.view().validate();
    }

    /** Two threads empty the slabs and free blocks of an arena that is not theirs: each cell goes to one of them, and all of them go. */
    @Test
    void case34_twoThievesOneVictim_eachBlockOnce() throws InterruptedException {
        for (int round = 0; round < 5; round++) {
            List<Long> all = takeAll(arenas.get(2));
            for (int i = 0; i < all.size(); i++) {
                if (i % 3 != 0) {
                    giveBack(all.get(i), 2);
                }
            }
            long free = arenas.get(2).view().figures().freeCells();
            assertTrue(free > 0);
            List<List<Long>> stolen = List.of(new ArrayList<>(), new ArrayList<>());
            CountDownLatch ready = new CountDownLatch(2);
            List<Thread> thieves = new ArrayList<>();
            for (int home = 0; home < 2; home++) {
                List<Long> mine = stolen.get(home);
                int from = home;
                thieves.add(Thread.ofPlatform().daemon().start(() -> {
                    ready.countDown();
                    for (long cell; (cell = supply.find(cell(), from)) != 0;) {
                        mine.add(cell);
                        CellHeaders.write(cell, CellHeaders.liveCode(CLASS));
                    }
                }));
            }
            for (Thread thief : thieves) {
                thief.join();
            }
            List<Long> both = new ArrayList<>(stolen.get(0));
            both.addAll(stolen.get(1));
            assertEquals(both.size(), new HashSet<>(both).size(), "stolen twice");
            assertTrue(Collections.disjoint(new HashSet<>(both), everyThird(all)), "stolen from their holder");
            assertTrue(both.size() >= free, () -> both.size() + " stolen (expected: all of " + free + ")");
            assertEquals(both.size() + everyThird(all).size(), takenCells());
            both.forEach(cell -> giveBack(cell, 2));
            everyThird(all).forEach(cell -> giveBack(cell, 2));
            supply.reclaim();
            arenas.regions().release(0);
            assertEquals(0, takenCells());
            assertEquals(0, arenas.regions().committedRegions());
        }
        assertTrue(supply.stolenCells() > 0);
    }

    private static List<Long> everyThird(List<Long> all) {
        List<Long> third = new ArrayList<>();
        for (int i = 0; i < all.size(); i += 3) {
            third.add(all.get(i));
        }
        return third;
    }

    /** The next cell goes back under the arena's lock, by whoever brings it: none is dropped, and nobody waits for a place. */
    @Test
    void case35_remoteQueueFull_cellsGoBackUnderTheLock() {
        CoreArena owner = arenas.get(0);
        List<Long> cells = takeAll(owner);
        int queued = 0;
        while (true) {
            CellBatch batch = arenas.spare().get();
            batch.begin(CLASS);
            batch.add(cells.get(queued));
            CellHeaders.write(cells.get(queued), CellHeaders.freeCode(CLASS));
            if (!owner.offer(batch)) {
                break;
            }
            queued++;
        }
        assertTrue(queued >= 64, "room in the queue: " + queued);
        long taken = takenCells();
        for (long cell : cells.subList(queued, queued + 10)) {
            giveBack(cell, 1);
        }
        assertTrue(takenCells() <= taken - 10, "cells back in their slabs");
        for (long cell : cells.subList(queued + 10, cells.size())) {
            giveBack(cell, 1);
        }
        supply.reclaim();
        assertEquals(0, takenCells());
        owner.view().validate();
    }

    /** Stealing never takes what is nobody's to give: a fenced arena is passed by. */
    @Test
    void find_homeAndVictimHaveNone_isZero() {
        List<Long> all = takeAll(arenas.get(1));
        assertEquals(0, supply.find(cell(), 0));
        assertEquals(0, supply.findAfterReclaim(new Request(1 << 20, 16, 0, Request.NO_CLASS, null), 0));
        giveBack(all.getFirst(), 1);
        assertEquals(all.getFirst(), supply.find(cell(), 0));
        assertFalse(all.isEmpty());
        assertEquals(1L << 20, arenas.geometry().regionBytes());
        assertEquals(16, BlockLayout.UNIT_BYTES);
    }
}
