package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

import dev.ashlar.BlockState;
import dev.ashlar.FitPolicy;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.arenas.CasePool.Setup;
import dev.ashlar.testing.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Budgets: limits that are exact, whoever allocates; parents, reservations, changes while blocks are live. */
class BudgetTest {
    private static CasePool pool() {
        return CasePool.empty(Setup.DEFERRED, builder -> builder);
    }

    private static List<Long> fill(Budget budget, long size) {
        List<Long> all = new ArrayList<>();
        while (true) {
            try {
                all.add(budget.allocateAddress(size));
            } catch (PoolExhaustedException e) {
                assertEquals(Cause.BUDGET, e.kind());
                return all;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void allocate_upToTheLimit_isExact(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long size : new long[] {0, 24, 100, 8000, 9000, 50_000}) {
                long usable = usable(cases.pool, size);
                for (int count : new int[] {0, 1, 2, 37}) {
                    Budget budget = cases.pool.openBudget("exact", count * usable + usable - 1);
                    List<Long> all = fill(budget, size);
                    assertEquals(count, all.size(), () -> "of " + size + " bytes in " + budget);
                    assertEquals(count * usable, budget.statistics().liveBytes());
                    assertEquals(count, budget.statistics().liveBlocks());
                    // To within what one thread draws at a time, a 256th of the limit.
                    assertEquals((double) count * usable, (double) budget.statistics().peakBytes(),
                            budget.limit() / 256.0);
                    assertEquals(1, budget.statistics().refusals());
                    all.forEach(budget::freeAddress);
                    assertEquals(0, budget.statistics().liveBytes());
                    budget.close();
                }
            }
        }
    }

    /** What a block of this size is charged with: its payload, the guard included. */
    private static long usable(MemoryPool pool, long size) {
        long[] usable = {0};
        long block = pool.allocateAddress(size);
        pool.walk((address, usableBytes, state) -> usable[0] = address == block ? usableBytes : usable[0]);
        pool.freeAddress(block);
        return usable[0];
    }

    @Test
    void allocate_aboveTheLimit_saysBudgetAndWhatWouldHelp() {
        try (CasePool cases = pool()) {
            Budget budget = cases.pool.openBudget("sort", 10_000);
            long block = budget.allocateAddress(6000);
            PoolExhaustedException e = assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(5000));
            assertEquals(Cause.BUDGET, e.kind());
            assertEquals(5000, e.requestedBytes());
            assertEquals(0, e.errno());
            String message = String.valueOf(e.getMessage());
            for (String part : List.of("budget 'sort'", "BUDGET", "5000 bytes", "limit 10000",
                    "live " + cases.pool.usableSize(block), "freeing ", "would help")) {
                assertTrue(message.contains(part), () -> part + " in: " + message);
            }
            cases.assertIllegal(() -> budget.allocateAddress(-1));
            assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(Long.MAX_VALUE));
            assertThrows(PoolExhaustedException.class, () -> budget.allocate(Long.MAX_VALUE - 15, 16));
            budget.freeAddress(block);
            assertEquals(0, budget.statistics().liveBytes());
            budget.close();
        }
    }

    /** The pool is full, not the budget: its cause, and nothing stays charged. */
    @Test
    void allocate_poolExhausted_saysCapacityAndChargesNothing() {
        try (CasePool cases = pool()) {
            Budget budget = cases.pool.openBudget("large", Long.MAX_VALUE);
            PoolExhaustedException e =
                    assertThrows(PoolExhaustedException.class,
                            () -> budget.allocateAddress(CasePool.CAPACITY_BYTES + 1));
            assertEquals(Cause.CAPACITY, e.kind());
            assertEquals(0, budget.statistics().liveBytes());
            assertEquals(0, budget.statistics().liveBlocks());
            budget.close();
        }
    }

    /** A free block that leaves no room for another one behind is handed out whole: a unit more than was asked for counts, too. */
    @Test
    void allocate_blockIsOneUnitLarger_limitHoldsAllTheSame() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder.arenas(1))) {
            cases.pool.policy(FitPolicy.BEST_FIT);
            List<Long> around = new ArrayList<>();
            List<Long> holes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                around.add(cases.pool.allocateAddress(12_000));
                holes.add(cases.pool.allocateAddress(10_024));
            }
            around.add(cases.pool.allocateAddress(12_000));
            holes.forEach(cases.pool::freeAddress);
            Budget budget = cases.pool.openBudget("tight", 10_008);
            try {
                long block = budget.allocateAddress(10_008);
                assertTrue(budget.statistics().liveBytes() <= 10_008, () -> "live: " + budget.statistics());
                budget.freeAddress(block);
            } catch (PoolExhaustedException e) {
                assertEquals(Cause.BUDGET, e.kind());
            }
            assertEquals(0, budget.statistics().liveBytes());
            assertEquals(0, budget.statistics().liveBlocks());
            budget.close();
            around.forEach(cases.pool::freeAddress);
        }
    }

    /** Many threads draw on one limit in batches: it is never exceeded, and what one has in hand is had back for another. */
    @Test
    void allocate_manyThreads_limitIsExactAndCreditsAreRecalled() {
        try (CasePool cases = pool()) {
            long limit = 2_000_000;
            Budget budget = cases.pool.openBudget("many", limit);
            AtomicLong held = new AtomicLong();
            AtomicLong refused = new AtomicLong();
            Tasks.inParallel(6, thread -> {
                Random random = new Random(thread);
                List<Long> mine = new ArrayList<>();
                for (int i = 0; i < 8000; i++) {
                    if (mine.isEmpty() || random.nextInt(10) < 6) {
                        try {
                            long block = budget.allocateAddress(random.nextInt(1500));
                            long now = held.addAndGet(cases.pool.usableSize(block));
                            assertTrue(now <= limit, () -> "held: " + now);
                            mine.add(block);
                        } catch (PoolExhaustedException e) {
                            assertEquals(Cause.BUDGET, e.kind());
                            refused.incrementAndGet();
                            release(cases.pool, budget, mine, held, random);
                        }
                    } else {
                        release(cases.pool, budget, mine, held, random);
                    }
                }
                while (!mine.isEmpty()) {
                    release(cases.pool, budget, mine, held, random);
                }
            });
            assertTrue(refused.get() > 0, "refused");
            assertEquals(0, budget.statistics().liveBytes());
            assertEquals(0, budget.statistics().liveBlocks());
            // All of it can be had again, by one thread, whatever the others had drawn.
            long usable = usable(cases.pool, 1000);
            List<Long> all = fill(budget, 1000);
            assertEquals(limit / usable, all.size());
            all.forEach(budget::freeAddress);
            budget.close();
        }
    }

    private static void release(MemoryPool pool, Budget budget, List<Long> mine, AtomicLong held, Random random) {
        if (!mine.isEmpty()) {
            long block = mine.remove(random.nextInt(mine.size()));
            held.addAndGet(-pool.usableSize(block));
            if (random.nextBoolean()) {
                budget.freeAddress(block);
            } else {
                pool.freeAddress(block);
            }
        }
    }

    @Test
    void nested_parentsLimit_countsForAllChildren() {
        try (CasePool cases = pool()) {
            Budget query = cases.pool.openBudget("query", 100_000);
            Budget sort = query.openBudget("sort", 80_000);
            Budget join = query.openBudget("join", 80_000);
            assertEquals("query/sort", sort.name());
            List<Long> sorted = fill(sort, 1000);
            assertTrue(sorted.size() >= 78 && sort.statistics().liveBytes() <= 80_000);
            List<Long> joined = fill(join, 1000);
            assertTrue(sort.statistics().liveBytes() + join.statistics().liveBytes() <= 100_000);
            assertTrue(query.statistics().liveBytes() <= 100_000);
            PoolExhaustedException e = assertThrows(PoolExhaustedException.class, () -> join.allocateAddress(1000));
            assertTrue(String.valueOf(e.getMessage()).contains("'query' has a limit of 100000"), e::getMessage);
            joined.forEach(join::freeAddress);
            sorted.forEach(sort::freeAddress);
            List<Long> own = fill(query, 1000);
            assertTrue(own.size() >= 97, () -> "credits of the children were not recalled: " + own.size());
            own.forEach(query::freeAddress);
            List.of(sort, join, query).forEach(Budget::close);
        }
    }

    @Test
    void reserve_someOfTheParent_isThereWhenItIsNeededAndForNobodyElse() {
        try (CasePool cases = pool()) {
            Budget parent = cases.pool.openBudget("parent", 100_000);
            Budget kept = parent.openBudget("kept", 60_000);
            Budget other = parent.openBudget("other", 100_000);
            kept.reserve(50_000);
            assertEquals(50_000, kept.reservation());
            assertEquals(50_000, kept.statistics().reservedBytes());
            List<Long> others = fill(other, 1000);
            assertTrue(other.statistics().liveBytes() <= 50_000);
            List<Long> mine = fill(kept, 1000);
            assertTrue(kept.statistics().liveBytes() > 48_000, () -> "of the reservation: " + kept.statistics());
            assertThrows(PoolExhaustedException.class, () -> other.reserve(90_000));
            assertThrows(IllegalArgumentException.class, () -> kept.reserve(60_001));
            assertThrows(IllegalArgumentException.class, () -> kept.reserve(-1));
            assertEquals(50_000, kept.reservation());
            mine.forEach(kept::freeAddress);
            assertThrows(PoolExhaustedException.class, () -> other.allocateAddress(10_000));
            kept.reserve(0);
            other.freeAddress(other.allocateAddress(10_000));
            others.forEach(other::freeAddress);
            kept.reserve(40_000);
            kept.close();
            other.close();
            assertEquals(0, parent.statistics().liveBytes());
            parent.close();
        }
    }

    @Test
    void limit_changedWhileBlocksAreLive_holdsFromThenOn() {
        try (CasePool cases = pool()) {
            Budget budget = cases.pool.openBudget("changing", 100_000);
            List<Long> all = fill(budget, 1000);
            budget.limit(50_000);
            assertEquals(50_000, budget.limit());
            while (budget.statistics().liveBytes() > 49_000) {
                assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(1000));
                budget.freeAddress(all.removeLast());
            }
            all.add(budget.allocateAddress(500));
            budget.limit(200_000);
            all.addAll(fill(budget, 1000));
            assertTrue(budget.statistics().liveBytes() > 198_000);
            budget.limit(0);
            assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(0));
            assertThrows(IllegalArgumentException.class, () -> budget.limit(-1));
            all.forEach(budget::freeAddress);
            assertEquals(0, budget.statistics().liveBytes());
            budget.close();
            assertThrows(IllegalArgumentException.class, () -> cases.pool.openBudget("negative", -1));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void resize_block_keepsOwnerContentsAndAccount(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Budget budget = cases.pool.openBudget("resize", 4 << 20)) {
            long size = 100;
            long block = budget.allocateAddress(size);
            Pattern.write(block, size, 3);
            for (long wanted : new long[] {50, 3000, 9000, 200_000, 100_000, 10, 0, 64}) {
                block = cases.pool.resizeAddress(block, wanted);
                Pattern.check(block, size, 3, Math.min(size, wanted));
                size = wanted;
                Pattern.write(block, size, 3);
                assertEquals(1, budget.statistics().liveBlocks());
                long address = block;
                long[] usable = {0};
                cases.pool.walk((at, bytes, state) -> usable[0] = at == address && state == BlockState.LIVE
                        ? bytes
                        : usable[0]);
                assertEquals(usable[0], budget.statistics().liveBytes());
            }
            long kept = block;
            assertThrows(PoolExhaustedException.class, () -> cases.pool.resizeAddress(kept, 5 << 20));
            budget.freeAddress(block);
            MemorySegment segment = budget.allocate(100, 16);
            segment = cases.pool.resize(segment, 10_000);
            budget.free(segment);
            assertEquals(0, budget.statistics().liveBytes());
        }
    }

    /** What is live stays live and counts until it is freed, by the pool or by the budget. */
    @Test
    void close_withLiveBlocks_stopsAllocatingAndCountsThem() {
        try (CasePool cases = pool()) {
            Budget parent = cases.pool.openBudget("parent", 1 << 20);
            Budget budget = parent.openBudget("closed", 1 << 20);
            long first = budget.allocateAddress(100);
            long second = budget.allocateAddress(20_000);
            budget.close();
            budget.close();
            assertTrue(budget.isClosed());
            assertThrows(IllegalStateException.class, () -> budget.allocateAddress(1));
            assertThrows(IllegalStateException.class, () -> budget.openBudget("late", 1));
            assertEquals(2, budget.statistics().liveBlocks());
            assertTrue(parent.statistics().liveBytes() >= 20_100);
            cases.pool.freeAddress(second);
            assertEquals(1, budget.statistics().liveBlocks());
            budget.freeAddress(first);
            assertEquals(0, parent.statistics().liveBytes());
            assertThrows(InvalidFreeException.class, () -> budget.freeAddress(first));
            parent.close();
        }
    }

    /** Closed in the middle of a request, by its own pressure callback: the request ends one way or the other, and nothing is lost. */
    @Test
    void close_inTheMiddleOfARequest_losesNothing() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder.capacity(4 << 20))) {
            for (long size : new long[] {64, 50_000}) {
                Budget budget = cases.pool.openBudget("racing", 1 << 20);
                List<Long> all = PoolExhaustionTest.fill(cases.pool);
                Registration spill = cases.pool.onPressure(0, bytes -> {
                    budget.close();
                    all.forEach(cases.pool::freeAddress);
                    all.clear();
                });
                try {
                    long block = budget.allocateAddress(size);
                    assertNotEquals(0, block);
                    assertEquals(1, budget.statistics().liveBlocks());
                    cases.pool.freeAddress(block);
                } catch (IllegalStateException e) {
                    assertTrue(String.valueOf(e.getMessage()).contains("closed"), e::getMessage);
                }
                spill.close();
                assertEquals(0, budget.statistics().liveBlocks());
                assertEquals(0, budget.statistics().liveBytes());
                assertEquals(0, cases.memory().liveBlocks());
            }
        }
    }

    /** Numbers of budgets are given again, more often than there are numbers. */
    @Test
    void openBudget_manyOneAfterTheOther_numbersAreUsedAgain() {
        try (CasePool cases = pool()) {
            for (int i = 0; i < 40_000; i++) {
                Budget budget = cases.pool.openBudget("b" + i, 1000);
                if (i % 1000 == 0) {
                    budget.freeAddress(budget.allocateAddress(100));
                }
                budget.close();
            }
        }
    }
}
