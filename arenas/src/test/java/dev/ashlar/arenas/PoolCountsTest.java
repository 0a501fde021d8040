package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

import dev.ashlar.AllocationCounts;
import dev.ashlar.ArenaStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.PoolStatistics;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a pool counts, against what was done with it. */
class PoolCountsTest {
    private static final long CAPACITY = 64L << 20;

    private static MemoryPoolBuilder builder() {
        return MemoryPool.builder().name("counts").capacity(CAPACITY).regionSize(2 << 20).arenas(1)
                .reclaimPeriod(Duration.ofHours(1));
    }

    @Test
    void allocations_oneThread_areCountedByPath() {
        try (MemoryPool pool = builder().build()) {
            long first = pool.allocateAddress(64);
            assertEquals(new AllocationCounts(0, 0, 0, 1, 0), pool.statistics().allocations());
            pool.freeAddress(first);
            for (int i = 0; i < 1_000; i++) {
                pool.freeAddress(pool.allocateAddress(64));
            }
            assertEquals(new AllocationCounts(1_000, 0, 0, 1, 0), pool.statistics().allocations());
            pool.freeAddress(pool.allocateAddress(100));
            assertEquals(new AllocationCounts(1_000, 1, 0, 1, 0), pool.statistics().allocations());
            pool.freeAddress(pool.allocateAddress(100_000));
            PoolStatistics now = pool.statistics();
            assertEquals(new AllocationCounts(1_000, 1, 0, 1, 1), now.allocations());
            assertEquals(1_003, now.localFrees());
            assertEquals(0, now.remoteFrees());
            assertEquals(now.allocatedBytes(), now.freedBytes());
        }
    }

    @Test
    void allocations_anotherArenaHasRoom_countAsSteals() throws Exception {
        try (MemoryPool pool = builder().capacity(4 << 20).arenas(2).build()) {
            // Whatever arena is home: two blocks of a region each don't fit into one region.
            long one = pool.allocateAddress((2 << 20) - 4096);
            long two = pool.allocateAddress((2 << 20) - 4096);
            pool.freeAddress(one);
            pool.freeAddress(two);
            pool.trim();
            long before = pool.statistics().allocations().total();
            long small = pool.allocateAddress(1 << 20);
            long rest = pool.allocateAddress((2 << 20) - 4096);
            assertEquals(before + 2, pool.statistics().allocations().total());
            pool.freeAddress(small);
            pool.freeAddress(rest);
        }
    }

    @Test
    void counts_randomUse_areWhatWasDone() throws Exception {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.println("pool counts: -Dashlar.seed=" + seed);
        try (MemoryPool pool = builder().arenas(2).build()) {
            Tally tally = new Tally();
            for (int thread = 0; thread < 4; thread++) {
                Random random = new Random(seed + thread);
                Thread worker = thread % 2 == 0
                        ? Thread.ofPlatform().start(() -> use(pool, random, tally))
                        : Thread.ofVirtual().start(() -> use(pool, random, tally));
                worker.join();
                if (thread == 1) {
                    // The cache of the thread that has ended goes, and what it served does not.
                    pool.reclaim();
                }
            }
            PoolStatistics now = pool.statistics();
            assertEquals(tally.allocations, now.allocations().total());
            assertEquals(tally.bytes, now.allocatedBytes());
            assertEquals(tally.allocations, now.localFrees() + now.remoteFrees());
            assertEquals(tally.bytes, now.freedBytes());
            assertEquals(0, now.memory().liveBytes());
            pool.validateQuiet();
        }
    }

    /** What the test did. */
    private static final class Tally {
        private long allocations;
        private long bytes;
    }

    private static void use(MemoryPool pool, Random random, Tally tally) {
        Deque<Long> live = new ArrayDeque<>();
        for (int step = 0; step < 5_000; step++) {
            if (live.isEmpty() || random.nextInt(100) < 55) {
                long address =
                        pool.allocateAddress(random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(600));
                tally.allocations++;
                tally.bytes += pool.usableSize(address);
                live.add(address);
            } else {
                pool.freeAddress(random.nextBoolean() ? live.removeFirst() : live.removeLast());
            }
        }
        live.forEach(pool::freeAddress);
        try (Budget budget = pool.openBudget("b", 1 << 20); ConfinedPool view = pool.confined()) {
            for (int i = 0; i < 100; i++) {
                long mine = budget.allocateAddress(200);
                long own = view.allocateAddress(300);
                tally.allocations += 2;
                tally.bytes += pool.usableSize(mine) + pool.usableSize(own);
                budget.freeAddress(mine);
                view.freeAddress(own);
            }
        }
        if (!Thread.currentThread().isVirtual()) {
            try (Arena scope = pool.openArena()) {
                for (int i = 0; i < 100; i++) {
                    scope.allocate(64, 16);
                    tally.allocations++;
                    tally.bytes += 72;
                }
            }
        }
    }

    @Test
    void resizedInPlace_growth_countsAsAllocated() {
        try (MemoryPool pool = builder().build()) {
            long address = pool.allocateAddress(20_000);
            long before = pool.statistics().allocatedBytes();
            long usable = pool.usableSize(address);
            assertEquals(address, pool.resizeAddress(address, 40_000));
            assertEquals(before + pool.usableSize(address) - usable, pool.statistics().allocatedBytes());
            pool.freeAddress(address);
            assertEquals(pool.statistics().allocatedBytes(), pool.statistics().freedBytes());
        }
    }

    @Test
    void movable_allocatedAndFreed_isCounted() {
        try (MemoryPool pool = builder().build()) {
            MovableHandle handle = pool.allocateMovable(1_000);
            PoolStatistics now = pool.statistics();
            assertEquals(1, now.allocations().total());
            assertEquals(now.memory().liveBytes(), now.allocatedBytes());
            handle.free();
            assertEquals(1, pool.statistics().localFrees());
            assertEquals(pool.statistics().allocatedBytes(), pool.statistics().freedBytes());
            List<ArenaStatistics> arenas = pool.arenaStatistics();
            assertEquals(List.of(false, true), arenas.stream().map(ArenaStatistics::movable).toList());
            assertEquals(1, arenas.getLast().blocks());
        }
    }

    @Test
    void failures_ofEachKind_areCountedByCause() {
        try (MemoryPool pool = builder().build(); Budget budget = pool.openBudget("small", 1_000)) {
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(CAPACITY + 1));
            assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(2_000));
            assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(2_000));
            PoolStatistics now = pool.statistics();
            assertEquals(1, now.failures());
            assertEquals(1, now.failuresByCause().get(Cause.CAPACITY));
            assertEquals(2, now.failuresByCause().get(Cause.BUDGET));
            assertEquals(0, now.failuresByCause().get(Cause.FRAGMENTATION));
        }
    }

    @Test
    void arenas_figures_balance() {
        try (MemoryPool pool = builder().arenas(2).build()) {
            long[] blocks = new long[1_000];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = pool.allocateAddress(i * 20L);
            }
            for (ArenaStatistics arena : pool.arenaStatistics()) {
                assertEquals(
                        arena.committedBytes(),
                        arena.takenBytes() + arena.freeBytes() + arena.headerBytes() + arena.overheadBytes());
                assertTrue(arena.fragmentation() >= 0 && arena.fragmentation() <= 1);
            }
            for (long block : blocks) {
                pool.freeAddress(block);
            }
        }
    }

    // The limit

    @Test
    void limit_lowered_refusesGrowthAndNamesItself() {
        try (MemoryPool pool = builder().build()) {
            assertEquals(CAPACITY, pool.limit());
            pool.limit((4 << 20) - 1);
            assertEquals(4 << 20, pool.limit());
            assertEquals(4 << 20, pool.statistics().limitBytes());
            long one = pool.allocateAddress((2 << 20) - 4096);
            long two = pool.allocateAddress((2 << 20) - 4096);
            PoolExhaustedException full =
                    assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress((2 << 20) - 4096));
            assertEquals(Cause.CAPACITY, full.kind());
            assertTrue(String.valueOf(full.getMessage()).contains("limit 4194304, committed"), full.getMessage());
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(5 << 20));
            pool.limit(Long.MAX_VALUE);
            assertEquals(CAPACITY, pool.limit());
            long three = pool.allocateAddress(5 << 20);
            pool.freeAddress(one);
            pool.freeAddress(two);
            pool.freeAddress(three);
            pool.validateQuiet();
        }
    }

    @Test
    void limit_belowUse_takesNothingAwayAndKeepsNoFreeRegion() {
        try (MemoryPool pool = builder().retained(CAPACITY).build()) {
            long one = pool.allocateAddress(5 << 20);
            pool.limit(0);
            pool.freeAddress(one);
            assertEquals(0, pool.statistics().memory().retainedBytes());
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(16));
            assertThrows(IllegalArgumentException.class, () -> pool.limit(-1));
            pool.validateQuiet();
        }
    }

    @Test
    void limit_aBlockGrowsInPlaceBeyondIt_moves() {
        try (MemoryPool pool = builder().build()) {
            long span = pool.allocateAddress(3 << 20);
            pool.limit(4 << 20);
            assertThrows(PoolExhaustedException.class, () -> pool.resizeAddress(span, 6 << 20));
            pool.freeAddress(span);
            pool.validateQuiet();
        }
    }

    // What tools see

    @Test
    void open_poolsOfTheProcess_areListedUntilClosed() {
        MemoryPool pool = builder().attachable(false).build();
        assertTrue(MemoryPool.open().contains(pool));
        assertFalse(pool.isAttachable());
        pool.close();
        assertFalse(MemoryPool.open().contains(pool));
    }

    @Test
    void budgets_open_areListedWithTheirParents() {
        try (MemoryPool pool = builder().build(); Budget outer = pool.openBudget("outer", 1_000)) {
            Budget inner = outer.openBudget("inner", 500);
            assertEquals(List.of("outer", "outer/inner"), pool.budgets().stream().map(Budget::name).sorted().toList());
            assertEquals(outer, inner.parent());
            inner.close();
            assertEquals(List.of(outer), pool.budgets());
        }
    }

    @Test
    void resident_afterWriting_countsPages() {
        try (MemoryPool pool = builder().build()) {
            long before = pool.residentBytes();
            var segment = pool.allocate(1 << 20, 4096);
            segment.fill((byte) 1);
            long after = pool.residentBytes();
            assertTrue(before == -1 || after >= before + (1 << 20), () -> before + " then " + after);
            pool.free(segment);
        }
    }
}
