package dev.ashlar.metrics;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

import dev.ashlar.BlockState;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolStatistics;
import dev.ashlar.ReclaimKind;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableBlocks;
import dev.ashlar.arenas.Registration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each meter moves when it should, by exactly how much, and no other does. */
class MeterValuesTest {
    private static final long LARGE = 100_000;
    private static final long HEADER = 8;

    private final BoundPool bound = new BoundPool();
    private final MemoryPool pool = bound.pool;

    @AfterEach
    void close() {
        bound.close();
    }

    private long freeOf(BlockState state) {
        long[] sum = {0};
        pool.walk((address, usable, found) -> sum[0] += found == state ? usable : 0);
        return sum[0];
    }

    @Test
    void largeBlock_inARegionInUse() {
        long first = pool.allocateAddress(LARGE);
        long[] block = {0};
        BoundPool.Change taken = bound.change(() -> block[0] = pool.allocateAddress(LARGE));
        long usable = pool.usableSize(block[0]);
        taken.isExactly(Map.of(
                "ashlar.pool.memory.live", usable,
                "ashlar.pool.memory.free", -usable - HEADER,
                "ashlar.pool.memory.free.largest", -usable - HEADER,
                "ashlar.pool.memory.overhead", HEADER,
                "ashlar.pool.blocks", 1L,
                "ashlar.pool.allocations{path=large}", 1L,
                "ashlar.pool.allocated", usable));
        BoundPool.Change freed = bound.change(() -> pool.freeAddress(block[0]));
        assertEquals((double) -usable, freed.of("ashlar.pool.memory.live"));
        assertEquals((double) usable + HEADER, freed.of("ashlar.pool.memory.free"));
        assertEquals(-1, freed.of("ashlar.pool.blocks"));
        assertEquals((double) usable, freed.of("ashlar.pool.freed"));
        assertEquals(0, freed.of("ashlar.pool.allocated"));
        pool.freeAddress(first);
    }

    @Test
    void cell_throughTheCache() {
        pool.freeAddress(pool.allocateAddress(64));
        long[] cell = {0};
        BoundPool.Change taken = bound.change(() -> cell[0] = pool.allocateAddress(64));
        long usable = pool.usableSize(cell[0]);
        taken.isExactly(Map.of(
                "ashlar.pool.memory.live", usable,
                "ashlar.pool.memory.pending", -usable,
                "ashlar.pool.cache.bytes", -usable,
                "ashlar.pool.blocks", 1L,
                "ashlar.pool.allocations{path=cache}", 1L,
                "ashlar.pool.allocated", usable));
        bound.change(() -> pool.freeAddress(cell[0])).isExactly(Map.of(
                "ashlar.pool.memory.live", -usable,
                "ashlar.pool.memory.pending", usable,
                "ashlar.pool.cache.bytes", usable,
                "ashlar.pool.blocks", -1L,
                "ashlar.pool.frees{path=local}", 1L,
                "ashlar.pool.freed", usable));
    }

    @Test
    void firstCell_makesACache() {
        BoundPool.Change change = bound.change(() -> pool.allocateAddress(64));
        assertEquals(1, change.of("ashlar.pool.caches"));
        assertEquals(1, allAllocations(change));
        assertEquals((double) freeOf(BlockState.CACHED), bound.value("ashlar.pool.cache.bytes"));
    }

    private static double allAllocations(BoundPool.Change change) {
        return List.of("cache", "slab", "steal", "grow", "large").stream()
                .mapToDouble(path -> change.of("ashlar.pool.allocations{path=" + path + "}"))
                .sum();
    }

    @Test
    void firstBlock_grows() {
        BoundPool.Change change = bound.change(() -> pool.allocateAddress(LARGE));
        assertEquals(1, allAllocations(change));
        assertEquals(bound.value("ashlar.pool.memory.committed"), change.of("ashlar.pool.memory.committed"));
        assertTrue(change.of("ashlar.pool.memory.committed") >= pool.regionSize());
        assertEquals(
                bound.value("ashlar.pool.memory.committed"),
                bound.value("ashlar.pool.memory.live") + bound.value("ashlar.pool.memory.pending")
                        + bound.value("ashlar.pool.memory.free") + bound.value("ashlar.pool.memory.overhead"));
    }

    @Test
    void touchedPages_areResident() {
        MemorySegment block = pool.allocate(512 << 10, 4096);
        BoundPool.Change change = bound.change(() -> block.fill((byte) 1));
        assertTrue(change.of("ashlar.pool.memory.resident") >= 512 << 10, change::toString);
        assertEquals((double) pool.residentBytes(), bound.value("ashlar.pool.memory.resident"));
    }

    @Test
    void checkerboard_isFragmented() {
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            blocks.add(pool.allocateAddress(LARGE));
        }
        for (int i = 0; i < 8; i += 2) {
            pool.freeAddress(blocks.get(i));
        }
        long[] sumAndLargest = {0, 0};
        pool.walk((address, usable, state) -> {
            if (state == BlockState.FREE) {
                sumAndLargest[0] += usable;
                sumAndLargest[1] = Math.max(sumAndLargest[1], usable);
            }
        });
        assertEquals(1 - (double) sumAndLargest[1] / sumAndLargest[0], bound.value("ashlar.pool.fragmentation"), 1e-12);
        assertEquals((double) sumAndLargest[1], bound.value("ashlar.pool.memory.free.largest"));
        assertEquals((double) sumAndLargest[0], bound.value("ashlar.pool.memory.free"));
    }

    @Test
    void limit_isTheMost() {
        assertEquals((double) pool.capacity(), bound.value("ashlar.pool.memory.max"));
        bound.change(() -> pool.limit(4 * BoundPool.MIB))
                .isExactly(Map.of("ashlar.pool.memory.max", 4 * BoundPool.MIB - pool.capacity()));
    }

    @Test
    void hopelessRequest_fails() {
        BoundPool.Change change = bound.change(
                () -> assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(64 * BoundPool.MIB)));
        assertEquals(1, change.of("ashlar.pool.allocation.failures{cause=capacity}"));
        assertEquals(0, change.of("ashlar.pool.allocation.failures{cause=budget}"));
        assertEquals(0, change.of("ashlar.pool.allocation.failures{cause=fragmentation}"));
        assertEquals(0, change.of("ashlar.pool.allocation.failures{cause=operating_system}"));
        assertEquals(0, allAllocations(change));
    }

    /** Until nothing of that size is left. */
    private List<Long> fill() {
        List<Long> blocks = new ArrayList<>();
        for (long block = pool.tryAllocateAddress(LARGE, 16); block != 0; block = pool.tryAllocateAddress(LARGE, 16)) {
            blocks.add(block);
        }
        return blocks;
    }

    @Test
    void scatteredSpace_failsForFragmentation() {
        List<Long> blocks = fill();
        for (int i = 0; i < blocks.size(); i += 2) {
            pool.freeAddress(blocks.get(i));
        }
        BoundPool.Change change = bound.change(
                () -> assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(900_000)));
        assertEquals(1, change.of("ashlar.pool.allocation.failures{cause=fragmentation}"));
        assertEquals(0, change.of("ashlar.pool.allocation.failures{cause=capacity}"));
    }

    @Test
    void pressure_isCounted() {
        fill();
        Registration quiet = pool.onPressure(2, bytes -> {});
        Registration loud = pool.onPressure(1, bytes -> {
            throw new IllegalStateException("no");
        });
        BoundPool.Change change = bound.change(
                () -> assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(LARGE)));
        assertEquals(2, change.of("ashlar.pool.pressure.calls"));
        assertEquals(1, change.of("ashlar.pool.pressure.failures"));
        assertEquals(1, change.of("ashlar.pool.allocation.failures{cause=fragmentation}"));
        quiet.close();
        loud.close();
    }

    @Test
    void waits_areTimed() throws InterruptedException {
        List<Long> blocks = fill();
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                pool.freeAddress(pool.allocateAddress(LARGE, 16, Duration.ofMinutes(1)));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (pool.statistics().waiting() == 0) {
            Thread.onSpinWait();
        }
        assertEquals(1, bound.value("ashlar.pool.waiting"));
        assertEquals(1, bound.value("ashlar.pool.waits.count"));
        blocks.forEach(pool::freeAddress);
        waiter.join();
        assertEquals(0, bound.value("ashlar.pool.waiting"));
        assertEquals(pool.statistics().waitedNanos() / 1e9, bound.value("ashlar.pool.waits.total"), 1e-12);
        assertTrue(bound.value("ashlar.pool.waits.total") > 0);
    }

    @Test
    void defragmentations_areTimedAndCountedByKind() throws InterruptedException {
        // Its cache is left to whoever takes back those of ended threads.
        Thread ended = Thread.ofPlatform().start(() -> {
            List<Long> cells = new ArrayList<>();
            for (int i = 0; i < 20_000; i++) {
                cells.add(pool.allocateAddress(100));
            }
            cells.forEach(pool::freeAddress);
        });
        ended.join();
        // Its region stays in use, so that the pages beside it are purged and not released.
        long keeper = pool.allocateAddress(LARGE);
        MemorySegment block = pool.allocate(400_000, 16);
        block.fill((byte) 1);
        pool.free(block);
        List<DefragReport> reports = new ArrayList<>();
        BoundPool.Change change = bound.change(() -> {
            reports.add(pool.defragment().join());
            reports.add(pool.defragment().join());
        });
        assertEquals(2, change.of("ashlar.pool.defragmentation.count"));
        assertEquals(
                reports.stream().mapToLong(DefragReport::durationNanos).sum() / 1e9,
                change.of("ashlar.pool.defragmentation.total"),
                1e-9);
        for (ReclaimKind kind : ReclaimKind.values()) {
            String key = "ashlar.pool.defragmentation.reclaimed{kind=%s}".formatted(lower(kind.name()));
            long bytes = reports.stream().mapToLong(report -> report.bytes(kind)).sum();
            assertEquals((double) bytes, change.of(key), key);
            assertEquals(kind != ReclaimKind.MOVED, bytes > 0, key);
        }
        assertTrue(pool.usableSize(keeper) >= LARGE);
        assertEquals(0, bound.value("ashlar.pool.memory.dirty"));
        assertEquals(0, bound.value("ashlar.pool.memory.retained"));
    }

    /** One that is asked for is nobody's own, whatever it gains. */
    @Test
    void compactionAskedFor_isCountedOnce() {
        sparse(pool);
        BoundPool.Change change = bound.change(() -> assertTrue(pool.movable().compact().movedBytes() > 0));
        assertEquals(1, change.of("ashlar.pool.compactions"));
        assertEquals(0, change.of("ashlar.pool.own.compactions"));
        assertEquals(0, change.of("ashlar.pool.vain.compactions"));
    }

    /** Pins in each region: the worker's first pass gives pages back, so the second is the first in vain. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void compactionsOfTheWorker_areItsOwn_andInVainWherePinsStandInTheWay(boolean pinned) {
        CompactionSettings settings = CompactionSettings.ofDefaults()
                .withLeastGain(BoundPool.MIB)
                .withBackOff(Duration.ofMillis(1), Duration.ofMillis(1));
        MemoryPool busy = BoundPool.quiet("busy")
                .capacity(16 * BoundPool.MIB)
                .regionSize(BoundPool.MIB)
                .reclaimPeriod(Duration.ofMillis(1))
                .defragmentation(DefragSettings.ofDefaults().withDecayTime(DefragSettings.NEVER)
                        .withCompaction(CompactionSettings.never()))
                .build();
        try (BoundPool of = new BoundPool(busy)) {
            List<Long> kept = sparse(busy);
            MovableBlocks movable = busy.movable();
            if (pinned) {
                kept.forEach(movable::pinAddress);
            }
            assertEquals(0, of.value("ashlar.pool.own.compactions"));
            busy.defragSettings(DefragSettings.ofDefaults().withCompaction(settings));
            while (pinned
                    ? movable.statistics().vainCompactions() == 0
                    : movable.statistics().ownCompactions() == 0) {
                Thread.onSpinWait();
            }
            busy.defragSettings(DefragSettings.ofDefaults().withCompaction(CompactionSettings.never()));
            // On demand, so behind whatever the worker was at: it makes no pass of its own any more.
            busy.defragment().join();
            MovableStatistics now = movable.statistics();
            Map<String, Double> values = of.values();
            assertEquals((double) now.compactions(), values.get("ashlar.pool.compactions"));
            assertEquals((double) now.ownCompactions(), values.get("ashlar.pool.own.compactions"));
            assertEquals((double) now.vainCompactions(), values.get("ashlar.pool.vain.compactions"));
            assertTrue(now.compactions() > now.ownCompactions(), now::toString);
            if (pinned) {
                kept.forEach(movable::unpin);
            }
        }
    }

    /** Movable blocks in eight regions, of which one in ten stays; those. */
    private static List<Long> sparse(MemoryPool in) {
        List<Long> all = new ArrayList<>();
        while (in.movable().statistics().regions() < 8) {
            all.add(in.movable().allocate(10_000));
        }
        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % 10 == 0) {
                kept.add(all.get(i));
            } else {
                in.movable().free(all.get(i));
            }
        }
        return kept;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    @Test
    void retainedRegion_isCountedUntilItIsTrimmed() {
        long block = pool.allocateAddress(LARGE);
        BoundPool.Change freed = bound.change(() -> pool.freeAddress(block));
        assertEquals((double) pool.regionSize(), freed.of("ashlar.pool.memory.retained"));
        BoundPool.Change trimmed = bound.change(pool::trim);
        assertEquals((double) -pool.regionSize(), trimmed.of("ashlar.pool.memory.retained"));
    }

    /** A stale segment reaches the header of the block that came into its place. */
    @Test
    void damage_fencesAnArena() {
        MemorySegment window = pool.allocate(2 * LARGE, 16);
        pool.free(window);
        long first = pool.allocateAddress(LARGE);
        long second = pool.allocateAddress(LARGE);
        BoundPool.Change change = bound.change(() -> {
            window.asSlice(second - window.address() - HEADER, HEADER).fill((byte) 0x5A);
            assertThrows(HeapCorruptionException.class, () -> pool.freeAddress(first));
        });
        assertEquals(1, change.of("ashlar.pool.fenced.arenas"));
        assertEquals(1, change.of("ashlar.arena.fenced{arena=0}"));
        assertEquals(1, bound.value("ashlar.pool.workers"));
    }

    @Test
    void budget_movesItsOwnMeters() {
        Budget query = pool.openBudget("query", 1_000_000);
        Budget sort = query.openBudget("sort", 500_000);
        bound.values();
        long[] block = {0};
        BoundPool.Change taken = bound.change(() -> block[0] = sort.allocateAddress(LARGE));
        long usable = pool.usableSize(block[0]);
        assertEquals((double) usable, taken.of("ashlar.budget.live{budget=query/sort}"));
        assertEquals(1, taken.of("ashlar.budget.blocks{budget=query/sort}"));
        assertEquals(0, taken.of("ashlar.budget.blocks{budget=query}"));
        assertEquals((double) usable, taken.of("ashlar.pool.memory.live"));
        assertEquals(500_000, bound.value("ashlar.budget.limit{budget=query/sort}"));
        BoundPool.Change reserved = bound.change(() -> sort.reserve(300_000));
        assertEquals(300_000, reserved.of("ashlar.budget.reserved{budget=query/sort}"));
        BoundPool.Change refused = bound.change(
                () -> assertThrows(PoolExhaustedException.class, () -> sort.allocateAddress(600_000)));
        assertEquals(1, refused.of("ashlar.budget.refusals{budget=query/sort}"));
        assertEquals(1, refused.of("ashlar.pool.allocation.failures{cause=budget}"));
        BoundPool.Change freed = bound.change(() -> sort.freeAddress(block[0]));
        assertEquals((double) -usable, freed.of("ashlar.budget.live{budget=query/sort}"));
        assertTrue(bound.value("ashlar.budget.peak{budget=query/sort}") >= usable);
    }

    @Test
    void budgetClosedWithALiveBlock_isALeak() {
        Budget tidy = pool.openBudget("tidy", 1_000_000);
        tidy.freeAddress(tidy.allocateAddress(LARGE));
        Budget untidy = pool.openBudget("untidy", 1_000_000);
        untidy.allocateAddress(LARGE);
        bound.change(tidy::close).isExactly(Map.of());
        bound.change(untidy::close).isExactly(Map.of("ashlar.pool.leaks", 1L));
    }

    /** After many threads have done as they like, every value is the statistics' own. */
    @Test
    void quietPool_hasTheFiguresOfItsStatistics() throws InterruptedException {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.println("quietPool_hasTheFiguresOfItsStatistics: -Dashlar.seed=" + seed);
        MemoryPool busy =
                BoundPool.quiet("busy").capacity(64 * BoundPool.MIB).regionSize(BoundPool.MIB).arenas(4).build();
        try (BoundPool many = new BoundPool(busy)) {
            CountDownLatch begin = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                threads.add(Thread.ofPlatform().start(() -> churn(busy, random, begin)));
            }
            begin.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            PoolStatistics now = busy.statistics();
            Map<String, Double> expected = new HashMap<>();
            expected.put("ashlar.pool.allocations{path=cache}", (double) now.allocations().cache());
            expected.put("ashlar.pool.allocations{path=slab}", (double) now.allocations().slab());
            expected.put("ashlar.pool.allocations{path=steal}", (double) now.allocations().steal());
            expected.put("ashlar.pool.allocations{path=grow}", (double) now.allocations().grow());
            expected.put("ashlar.pool.allocations{path=large}", (double) now.allocations().large());
            expected.put("ashlar.pool.allocated", (double) now.allocatedBytes());
            expected.put("ashlar.pool.freed", (double) now.freedBytes());
            expected.put("ashlar.pool.frees{path=local}", (double) now.localFrees());
            expected.put("ashlar.pool.frees{path=remote}", (double) now.remoteFrees());
            expected.put("ashlar.pool.steals", (double) now.steals());
            expected.put("ashlar.pool.reclaims", (double) now.reclaims());
            expected.put("ashlar.pool.remote.queued", (double) now.queuedBytes());
            expected.put("ashlar.pool.caches", (double) now.caches());
            expected.put("ashlar.pool.double.frees", (double) now.doubleFrees());
            expected.put("ashlar.pool.release.failures", (double) now.failedReleases());
            expected.put("ashlar.pool.policy.switches", (double) now.policySwitches());
            expected.put("ashlar.pool.defragmentation.failures", (double) now.defragmentation().failures());
            Map<String, Double> values = many.values();
            expected.forEach((key, value) -> assertEquals(value, values.get(key), key));
            assertEquals((double) now.memory().liveBytes(),
                    values.getOrDefault("ashlar.pool.allocated", 0.0)
                            - values.getOrDefault("ashlar.pool.freed", 0.0));
            assertEquals(4 * 20_000, values.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith("ashlar.pool.allocations"))
                    .mapToDouble(Map.Entry::getValue)
                    .sum());
        }
    }

    private static void churn(MemoryPool pool, SplittableRandom random, CountDownLatch begin) {
        try {
            begin.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        long[] blocks = new long[100];
        for (int i = 0; i < 20_000; i++) {
            int place = random.nextInt(blocks.length);
            if (blocks[place] != 0) {
                pool.freeAddress(blocks[place]);
            }
            blocks[place] =
                    pool.allocateAddress(random.nextInt(8) == 0 ? random.nextLong(40_000) : random.nextLong(500));
        }
    }
}
