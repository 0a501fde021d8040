package dev.ashlar.arenas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.arenas.CasePool.Setup;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What happens when there is no room: what is thrown, who waits, and who is asked to free something. */
class PoolExhaustionTest {
    private static final long BLOCK = 100_000;

    /** Takes all there is: blocks as large as can be had, down to the smallest. */
    static List<Long> fill(MemoryPool pool) {
        List<Long> all = new ArrayList<>();
        for (long size = BLOCK; size > 0; size = size > 16 ? size / 4 : size - 16) {
            for (long block; (block = pool.tryAllocateAddress(size, 16)) != 0;) {
                all.add(block);
            }
        }
        return all;
    }

    private static CasePool small() {
        return CasePool.empty(Setup.DEFERRED, builder -> builder.capacity(4 << 20));
    }

    // PoolExhaustedException

    @Test
    void allocate_moreThanIsLeft_saysCapacityAndWhatWouldHelp() {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            long failures = cases.pool.statistics().failures();
            PoolExhaustedException e = cases.assertExhausted(
                    200_000, Cause.CAPACITY, () -> cases.pool.allocateAddress(200_000));
            assertTrue(String.valueOf(e.getMessage()).matches(".*freeing \\d+ bytes or more.*would help.*"),
                    e::getMessage);
            assertEquals(0, e.errno());
            assertEquals(failures + 1, cases.pool.statistics().failures());
            assertEquals(0, cases.pool.tryAllocateAddress(200_000, 16));
            assertEquals(failures + 1, cases.pool.statistics().failures(), "to try is no failure");
            all.forEach(cases.pool::freeAddress);
        }
    }

    @Test
    void allocate_enoughInSumOnly_saysFragmentation() {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            Collections.sort(all);
            List<Long> kept = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (i % 2 == 0) {
                    cases.pool.freeAddress(all.get(i));
                } else {
                    kept.add(all.get(i));
                }
            }
            PoolExhaustedException e = cases.assertExhausted(
                    700_000, Cause.FRAGMENTATION, () -> cases.pool.allocateAddress(700_000));
            assertTrue(String.valueOf(e.getMessage()).contains("freeing neighbours of free blocks"), e::getMessage);
            assertTrue(e.statistics().largestFreeBytes() < 700_000);
            assertTrue(e.statistics().freeBytes() >= 700_000);
            kept.forEach(cases.pool::freeAddress);
        }
    }

    @Test
    void allocate_commitRefused_saysOperatingSystemWithErrno() {
        try (CasePool cases = small()) {
            for (int n = 1; n <= 20; n++) {
                cases.os.failNth(Call.COMMIT, cases.os.calls(Call.COMMIT) + n);
            }
            PoolExhaustedException e = cases.assertExhausted(
                    BLOCK, Cause.OPERATING_SYSTEM, () -> cases.pool.allocateAddress(BLOCK));
            assertEquals(12, e.errno());
            assertTrue(String.valueOf(e.getMessage()).contains("mprotect("), e::getMessage);
        }
    }

    // Timeouts

    @Test
    void allocateWithTimeout_noRoom_isExhaustedAfterIt() {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            assertThrows(PoolExhaustedException.class,
                    () -> cases.pool.allocateAddress(BLOCK, 16, Duration.ofMillis(3)));
            assertThrows(PoolExhaustedException.class, () -> cases.pool.allocateAddress(BLOCK, 16, Duration.ZERO));
            assertThrows(PoolExhaustedException.class,
                    () -> cases.pool.allocateAddress(BLOCK, 16, Duration.ofDays(-1)));
            assertTrue(cases.pool.statistics().waits() >= 1);
            assertEquals(0, cases.pool.statistics().waiting());
            assertTrue(cases.pool.statistics().waitedNanos() >= 3_000_000);
            all.forEach(cases.pool::freeAddress);
        }
    }

    /** In the order in which they came: each is let go on by one free, and the next one only by another. */
    @Test
    void allocateWithTimeout_severalWait_areServedInTurn() {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            List<Integer> served = Collections.synchronizedList(new ArrayList<>());
            List<Tasks.Running> waiters = new ArrayList<>();
            List<Long> got = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 5; i++) {
                int number = i;
                waiters.add(Tasks.start(() -> {
                    got.add(cases.pool.allocateAddress(BLOCK - 100, 16, Duration.ofDays(1)));
                    served.add(number);
                }));
                Tasks.until(() -> cases.pool.statistics().waiting() > number);
            }
            for (int i = 0; i < 5; i++) {
                assertEquals(5 - i, cases.pool.statistics().waiting());
                cases.pool.freeAddress(all.removeFirst());
                waiters.get(i).join();
            }
            assertEquals(List.of(0, 1, 2, 3, 4), served);
            got.forEach(cases.pool::freeAddress);
            all.forEach(cases.pool::freeAddress);
        }
    }

    /** A cell freed into another thread's cache is found when that thread has ended, without anybody's signal. */
    @Test
    void allocateWithTimeout_memoryInAnEndedThreadsCache_isFound() {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            List<Long> cells = new ArrayList<>();
            for (int i = all.size() - 1; i >= 0 && cells.size() < 40; i--) {
                if (cases.pool.usableSize(all.get(i)) < 100) {
                    cells.add(all.remove(i));
                }
            }
            Tasks.Running waiting = Tasks.start(
                    () -> cases.pool.freeAddress(cases.pool.allocateAddress(16, 16, Duration.ofDays(1))));
            Tasks.until(() -> cases.pool.statistics().waiting() > 0);
            Tasks.inThread(() -> cells.forEach(cases.pool::freeAddress));
            waiting.join();
            all.forEach(cases.pool::freeAddress);
        }
    }

    // Pressure callbacks

    @Test
    void onPressure_highestPriorityFirst_toldTheBytesUntilThereIsEnough() {
        try (CasePool cases = small()) {
            MemoryPool pool = cases.pool;
            List<Long> all = fill(pool);
            List<String> calls = new ArrayList<>();
            Registration low = pool.onPressure(-5, bytes -> calls.add("low"));
            Registration high = pool.onPressure(7, bytes -> calls.add("high " + bytes));
            Registration first = pool.onPressure(3, bytes -> calls.add("first"));
            Registration second = pool.onPressure(3, bytes -> {
                calls.add("second");
                pool.freeAddress(all.removeFirst());
            });
            long block = pool.allocateAddress(BLOCK - 8);
            assertEquals(List.of("high " + (BLOCK - 8), "first", "second"), calls);
            assertEquals(3, pool.statistics().pressureCalls());
            pool.freeAddress(block);
            second.close();
            second.close();
            calls.clear();
            List<Long> more = fill(pool);
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(BLOCK));
            assertEquals(List.of("high " + BLOCK, "first", "low"), calls);
            List.of(low, high, first).forEach(Registration::close);
            calls.clear();
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(BLOCK));
            assertEquals(List.of(), calls);
            more.forEach(pool::freeAddress);
            all.forEach(pool::freeAddress);
        }
    }

    @Test
    void onPressure_enoughOrOnlyTried_isNotCalled() {
        try (CasePool cases = small()) {
            try (Registration none = cases.pool.onPressure(0, bytes -> {
                throw new AssertionError("called for " + bytes);
            })) {
                cases.pool.freeAddress(cases.pool.allocateAddress(BLOCK));
                List<Long> all = fill(cases.pool);
                assertEquals(0, cases.pool.tryAllocateAddress(BLOCK, 16));
                assertNotEquals(null, none);
                // Nothing that could be freed would help.
                assertThrows(PoolExhaustedException.class, () -> cases.pool.allocateAddress(Long.MAX_VALUE));
                all.forEach(cases.pool::freeAddress);
            }
        }
    }

    /** No lock is held: another thread allocates and frees meanwhile, and the callback waits for it. The callback may allocate, too. */
    @Test
    void onPressure_allocatesAndWaitsForAnotherThread_doesNotDeadlock() {
        try (CasePool cases = small()) {
            MemoryPool pool = cases.pool;
            List<Long> all = fill(pool);
            int[] depth = {0};
            Registration spill = pool.onPressure(0, bytes -> {
                assertEquals(1, ++depth[0], "callbacks are not called from callbacks");
                Tasks.inThread(() -> {
                    pool.freeAddress(all.removeFirst());
                    pool.freeAddress(all.removeFirst());
                    pool.freeAddress(pool.allocateAddress(50_000));
                    pool.freeAddress(pool.allocateAddress(64));
                    pool.reclaim();
                    pool.validate();
                    pool.statistics();
                });
                pool.freeAddress(pool.allocateAddress(1000));
                assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(3 << 20));
                depth[0]--;
            });
            pool.freeAddress(pool.allocateAddress(BLOCK));
            assertEquals(1, pool.statistics().pressureCalls());
            assertEquals(0, pool.statistics().pressureFailures());
            spill.close();
            all.forEach(pool::freeAddress);
        }
    }

    /** Case 53: counted, and the request goes on to the next one. */
    @Test
    void case53_callbackThrows_isCountedAndTheRequestGoesOn() {
        try (CasePool cases = small()) {
            MemoryPool pool = cases.pool;
            List<Long> all = fill(pool);
            Registration bad = pool.onPressure(1, bytes -> {
                throw new IllegalArgumentException("planted");
            });
            Registration good = pool.onPressure(0, bytes -> pool.freeAddress(all.removeFirst()));
            pool.freeAddress(pool.allocateAddress(BLOCK));
            assertEquals(1, pool.statistics().pressureFailures());
            assertEquals(2, pool.statistics().pressureCalls());
            good.close();
            List<Long> more = fill(pool);
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(BLOCK));
            assertEquals(2, pool.statistics().pressureFailures());
            bad.close();
            more.forEach(pool::freeAddress);
            all.forEach(pool::freeAddress);
        }
    }

    /** An error is not the callback's to be swallowed: it comes through, with nothing allocated, and the thread's next request asks again. */
    @Test
    void onPressure_throwsAnError_comesThrough() {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            Error planted = new OutOfMemoryError("planted");
            Registration bad = cases.pool.onPressure(1, bytes -> {
                throw planted;
            });
            for (int i = 0; i < 2; i++) {
                assertSame(planted, assertThrows(OutOfMemoryError.class, () -> cases.pool.allocateAddress(BLOCK)));
            }
            bad.close();
            assertEquals(all.size(), cases.memory().liveBlocks());
            all.forEach(cases.pool::freeAddress);
        }
    }

    /** A waiting request tries before it asks anybody; its time over, it asks as any other. */
    @Test
    void onPressure_timeIsOver_isAskedThen() throws InterruptedException {
        try (CasePool cases = small()) {
            List<Long> all = fill(cases.pool);
            CountDownLatch called = new CountDownLatch(1);
            Registration spill = cases.pool.onPressure(0, bytes -> {
                called.countDown();
                cases.pool.freeAddress(all.removeFirst());
            });
            cases.pool.freeAddress(cases.pool.allocateAddress(BLOCK, 16, Duration.ofMillis(1)));
            assertEquals(0, called.getCount());
            spill.close();
            all.forEach(cases.pool::freeAddress);
        }
    }
}
