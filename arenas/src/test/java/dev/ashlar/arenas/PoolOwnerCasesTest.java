package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.arenas.CasePool.Setup;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 18 and 20 of docs/cases.md on the pool: blocks of scopes and budgets, and everything after close. */
class PoolOwnerCasesTest {
    private static final long[] SIZES = {0, 100, 8200, 9000, 3 << 20};

    /** Given to the pool by segment it is of another scope, by address it says whose it is; either way the scope keeps it. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"PORTABLE", "HARDENED_PORTABLE"}, mode = EnumSource.Mode.EXCLUDE)
    void case18_scopesBlockFreedByThePool_isRefusedNamingTheOwner(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            Budget budget = cases.pool.openBudget("other", 1 << 20);
            for (boolean shared : new boolean[] {false, true}) {
                long live = cases.memory().liveBlocks();
                try (Arena scope = shared ? cases.pool.openSharedArena() : cases.pool.openArena()) {
                    for (long size : SIZES) {
                        MemorySegment block = scope.allocate(size, 16);
                        cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.free(block));
                        cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.resize(block, 8));
                        List<Executable> uses = List.of(
                                () -> cases.pool.freeAddress(block.address()),
                                () -> view.freeAddress(block.address()),
                                () -> budget.freeAddress(block.address()),
                                () -> cases.pool.resizeAddress(block.address(), 8));
                        for (Executable use : uses) {
                            String message = cases.assertRefused(Reason.NOT_FROM_POOL, use).getMessage();
                            assertTrue(String.valueOf(message).contains("belongs to an open arena"), message);
                        }
                        assertEquals(size, block.byteSize());
                    }
                }
                assertEquals(live, cases.memory().liveBlocks());
            }
            budget.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case18_budgetsBlockFreedByThePool_isChargedBack(Setup setup) {
        try (CasePool cases = CasePool.open(setup);
                ConfinedPool view = cases.pool.confined();
                Budget budget = cases.pool.openBudget("sort", 16 << 20)) {
            for (long size : SIZES) {
                long kept = budget.allocateAddress(size);
                long charged = budget.statistics().liveBytes();
                MemorySegment first = budget.allocate(size, 16);
                long second = budget.allocateAddress(size);
                long third = budget.allocateAddress(size);
                assertEquals(4, budget.statistics().liveBlocks());
                cases.pool.free(first);
                cases.pool.freeAddress(second);
                view.freeAddress(third);
                assertEquals(charged, budget.statistics().liveBytes());
                assertEquals(1, budget.statistics().liveBlocks());
                cases.assertRefused(Reason.DOUBLE_FREE, () -> budget.freeAddress(second));
                cases.verify();
                budget.freeAddress(kept);
                assertEquals(0, budget.statistics().liveBytes());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case18_blockOfAnotherOwnerFreedByABudget_isRefusedNamingTheOwner(Setup setup) {
        try (CasePool cases = CasePool.open(setup);
                Budget budget = cases.pool.openBudget("sort", 16 << 20);
                Budget other = cases.pool.openBudget("join", 16 << 20)) {
            for (long size : SIZES) {
                long ofPool = cases.pool.allocateAddress(size);
                String message =
                        cases.assertRefused(Reason.NOT_FROM_POOL, () -> budget.freeAddress(ofPool)).getMessage();
                assertTrue(String.valueOf(message).contains("belongs to the pool itself (expected: to budget 'sort')"),
                        message);
                long ofOther = other.allocateAddress(size);
                message = cases.assertRefused(Reason.NOT_FROM_POOL, () -> budget.freeAddress(ofOther)).getMessage();
                assertTrue(String.valueOf(message).contains("belongs to budget 'join'"), message);
                assertEquals(1, other.statistics().liveBlocks());
                cases.pool.freeAddress(ofPool);
                other.freeAddress(ofOther);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case20_afterClose_illegalState(Setup setup) {
        CasePool cases = CasePool.open(setup);
        MemoryPool pool = cases.pool;
        Budget budget = pool.openBudget("late", 1 << 20);
        ConfinedPool view = pool.confined();
        MemorySegment block = pool.allocate(100, 16);
        pool.free(block);
        MemorySegment again = pool.allocate(3 << 20, 16);
        pool.free(again);
        cases.close();
        List<Executable> uses = List.of(
                () -> pool.free(block),
                () -> pool.free(again),
                () -> pool.freeAddress(block.address()),
                () -> pool.freeAddress(0),
                () -> pool.resize(block, 8),
                () -> pool.resizeAddress(block.address(), 8),
                () -> pool.usableSize(block.address()),
                () -> pool.allocateAddress(8),
                () -> pool.allocateAddress(8, 64),
                () -> pool.allocateAddress(10_000),
                () -> pool.allocateAddress(8, 8, java.time.Duration.ofDays(1)),
                () -> pool.tryAllocate(8, 8),
                () -> pool.allocate(8, 8),
                () -> view.allocateAddress(8),
                () -> view.freeAddress(block.address()),
                () -> budget.allocateAddress(8),
                () -> budget.freeAddress(block.address()),
                () -> pool.openArena(),
                () -> pool.openSharedArena(),
                () -> pool.openBudget("too late", 1),
                () -> pool.confined(),
                pool::reclaim,
                pool::trim,
                pool::validate,
                pool::validateQuiet,
                pool::recover,
                pool::statistics,
                () -> pool.cacheLimits(1, 1),
                () -> pool.policy(FitPolicy.BEST_FIT),
                () -> pool.walk((address, usableBytes, state) -> {}));
        for (Executable use : uses) {
            IllegalStateException e = assertThrows(IllegalStateException.class, use);
            assertFalse(e instanceof HeapCorruptionException);
            assertEquals("pool 'case' is closed (expected: open)", e.getMessage());
        }
        assertThrows(IllegalStateException.class, () -> block.get(ValueLayout.JAVA_BYTE, 0));
        Tasks.inThread(() -> assertThrows(IllegalStateException.class, () -> pool.freeAddress(block.address())));
        Tasks.startVirtual(() -> assertThrows(IllegalStateException.class, () -> pool.allocateAddress(8))).join();
        // What can still be asked, and closed.
        assertEquals("case", pool.name());
        assertEquals("pool 'case', closed", pool.toString());
        view.close();
        budget.close();
        pool.close();
    }
}
