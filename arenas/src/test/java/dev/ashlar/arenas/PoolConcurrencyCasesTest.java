package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arenas.CasePool.Setup;
import dev.ashlar.testing.FaultyOs.Call;
import dev.ashlar.testing.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 28 to 33, 42 and 45 of docs/cases.md on the pool. 34 to 36 are in the packages of what they are about, 37 to 41 in PoolCloseCasesTest. */
@SuppressWarnings("ThreadPriorityCheck") // A yield lets threads change places; nothing relies on it.
class PoolConcurrencyCasesTest {
    private static final int RACES = 2_000;

    /**
     * Lets two threads free each of some blocks at the same moment, as near as spinning brings them.
     *
     * @return how often both succeeded
     */
    @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on it but the time that the test takes.
    private static int race(MemoryPool pool, List<Long> blocks) {
        AtomicInteger arrived = new AtomicInteger();
        AtomicInteger[] freed = new AtomicInteger[blocks.size()];
        for (int i = 0; i < freed.length; i++) {
            freed[i] = new AtomicInteger();
        }
        Tasks.inParallel(2, thread -> {
            for (int i = 0; i < freed.length; i++) {
                arrived.incrementAndGet();
                for (int spins = 0; arrived.get() < 2 * (i + 1); spins++) {
                    // Whoever has no core for itself must let the other one go.
                    if (spins > 200_000) {
                        Thread.yield();
                    }
                }
                try {
                    pool.freeAddress(blocks.get(i));
                    freed[i].incrementAndGet();
                } catch (InvalidFreeException e) {
                    assertEquals(InvalidFreeException.Reason.DOUBLE_FREE, e.reason(), e::getMessage);
                }
            }
        });
        int doubled = 0;
        for (AtomicInteger count : freed) {
            assertTrue(count.get() == 1 || count.get() == 2, () -> "freed: " + count);
            doubled += count.get() - 1;
        }
        return doubled;
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"HARDENED", "HARDENED_IMMEDIATE"})
    void case28_twoThreadsFreeOneBlockHardened_oneSucceeds(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < RACES; i++) {
                blocks.add(cases.pool.allocateAddress(i % 20 == 0 ? 9000 : 100));
            }
            assertEquals(0, race(cases.pool, blocks), "freed by both");
        }
    }

    /** A large block is freed under its arena's lock. */
    @Test
    void case28_twoThreadsFreeOneLargeBlock_oneSucceeds() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                blocks.add(cases.pool.allocateAddress(9000));
            }
            assertEquals(0, race(cases.pool, blocks), "freed by both");
        }
    }

    /**
     * By default both may succeed. Each such cell is found when it comes back to its slab the second time: always here, where the slab stays
     * and nobody allocates meanwhile.
     */
    @Test
    void case28_twoThreadsFreeOneCellByDefault_isFoundAtTheSlab() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            List<Long> raced = new ArrayList<>();
            List<Long> kept = new ArrayList<>();
            for (int i = 0; i < RACES; i++) {
                raced.add(cases.pool.allocateAddress(100));
                kept.add(cases.pool.allocateAddress(100));
            }
            int doubled = race(cases.pool, raced);
            cases.pool.reclaim();
            long found = cases.pool.statistics().doubleFrees();
            System.out.printf(
                    "two threads free one cell, default: both succeed %d of %d times, found at the slab %d of %d%n",
                    doubled, RACES, found, doubled);
            assertEquals(doubled, found);
            cases.pool.validateQuiet();
            kept.forEach(cases.pool::freeAddress);
        }
    }

    private record Item(long address, long bytes, long seed) {}

    /** Cases 29 and 31: what one thread allocates another checks and frees, which never allocates; memory reaches a plateau. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"DEFERRED", "IMMEDIATE", "HARDENED"})
    void case29_case31_ownerAllocatesWhileAnotherFrees_nothingLostAndAPlateau(Setup setup) {
        int items = 60_000;
        long[] committed = new long[2];
        try (CasePool cases = CasePool.open(setup)) {
            BlockingQueue<Item> queue = new ArrayBlockingQueue<>(500);
            Tasks.Running consumer = Tasks.start(() -> {
                for (int i = 0; i < items; i++) {
                    Item item = queue.take();
                    Pattern.check(item.address, item.bytes, item.seed, item.bytes);
                    cases.pool.freeAddress(item.address);
                }
            });
            Tasks.Running producer = Tasks.start(() -> {
                for (int i = 0; i < items; i++) {
                    long bytes = i % 50 == 0 ? 9000 + i % 1000 : i % 400;
                    long block = cases.pool.allocateAddress(bytes);
                    Pattern.write(block, bytes, i);
                    queue.put(new Item(block, bytes, i));
                    if (i == items / 3) {
                        committed[0] = cases.memory().committedBytes();
                    }
                }
                committed[1] = cases.memory().committedBytes();
            });
            producer.join();
            consumer.join();
        }
        assertTrue(committed[1] <= committed[0] + 2 * CasePool.REGION_BYTES,
                () -> "committed: " + committed[0] + ", and later " + committed[1] + " (expected: a plateau)");
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case30_ownerHasEnded_itsCacheReturnsAndItsBlocksAreFreed(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            cases.pool.reclaim();
            long pending = cases.memory().pendingBytes();
            int caches = cases.pool.statistics().caches();
            List<Long> left = new ArrayList<>();
            Tasks.inThread(() -> {
                for (int i = 0; i < 1000; i++) {
                    long block = cases.pool.allocateAddress(i);
                    if (i % 2 == 0) {
                        left.add(block);
                    } else {
                        cases.pool.freeAddress(block);
                    }
                }
            });
            assertEquals(caches + 1, cases.pool.statistics().caches());
            assertTrue(setup.coalescing == dev.ashlar.Coalescing.IMMEDIATE
                    || cases.memory().pendingBytes() > pending, "the ended thread's cache has something");
            cases.pool.reclaim();
            assertEquals(caches, cases.pool.statistics().caches());
            assertEquals(pending, cases.memory().pendingBytes());
            left.forEach(cases.pool::freeAddress);
        }
    }

    /** The same by the worker, which nobody has to call. */
    @Test
    void case30_ownerHasEnded_theWorkerTakesItsCacheBack() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder.reclaimPeriod(Duration.ofMillis(1)))) {
            Tasks.inThread(() -> cases.pool.freeAddress(cases.pool.allocateAddress(100)));
            Tasks.until(() -> cases.pool.statistics().caches() == 0 && cases.pool.statistics().cachedBytes() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"DEFERRED", "HARDENED"})
    void case33_manyVirtualThreads_areServedWithoutACacheEach(Setup setup) throws Exception {
        int threads = setup == Setup.DEFERRED ? 100_000 : 10_000;
        try (CasePool cases = CasePool.open(setup)) {
            int caches = cases.pool.statistics().caches();
            List<Future<?>> results = new ArrayList<>();
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < threads; i++) {
                    int seed = i;
                    results.add(executor.submit(() -> useInVirtualThread(cases.pool, seed)));
                }
            }
            for (Future<?> result : results) {
                result.get();
            }
            assertEquals(caches, cases.pool.statistics().caches(), "caches");
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // It unmounts here, so that it may go on with another carrier.
    private static void useInVirtualThread(MemoryPool pool, int seed) {
        long small = pool.allocateAddress(seed % 300);
        Pattern.write(small, seed % 300, seed);
        long large = seed % 100 == 0 ? pool.allocateAddress(9000) : 0;
        Thread.yield();
        MemorySegment segment = pool.allocate(64, 16);
        segment.set(ValueLayout.JAVA_INT, 0, seed);
        Thread.yield();
        Pattern.check(small, seed % 300, seed, seed % 300);
        assertEquals(seed, segment.get(ValueLayout.JAVA_INT, 0));
        pool.freeAddress(small);
        pool.free(segment);
        if (large != 0) {
            pool.freeAddress(large);
        }
    }

    @Test
    void case42_waitingAllocationInterrupted_throwsAndLeaksNothing() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            List<Long> all = PoolExhaustionTest.fill(cases.pool);
            for (int i = 0; i < 20; i++) {
                long size = i % 2 == 0 ? 100_000 : 64;
                Tasks.Running waiting = Tasks.start(() -> {
                    InterruptedException e = assertThrows(InterruptedException.class,
                            () -> cases.pool.allocateAddress(size, 16, Duration.ofDays(1)));
                    assertInstanceOf(InterruptedException.class, e);
                });
                Tasks.until(() -> cases.pool.statistics().waiting() > 0);
                waiting.thread().interrupt();
                waiting.join();
                assertEquals(0, cases.pool.statistics().waiting());
            }
            assertEquals(all.size(), cases.memory().liveBlocks());
            all.forEach(cases.pool::freeAddress);
        }
    }

    /** Interrupted before it begins to wait: the same, though there is nobody to wait for. */
    @Test
    void case42_interruptedBefore_throwsOnlyIfItWouldWait() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            Tasks.inThread(() -> {
                Thread.currentThread().interrupt();
                cases.pool.freeAddress(cases.pool.allocateAddress(100, 16, Duration.ofDays(1)));
                List<Long> all = PoolExhaustionTest.fill(cases.pool);
                assertThrows(InterruptedException.class,
                        () -> cases.pool.allocateAddress(100_000, 16, Duration.ofDays(1)));
                all.forEach(cases.pool::freeAddress);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case45_readingStatistics_changesNothing(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            List<String> walkBefore = walk(cases.pool);
            PoolStatistics before = cases.pool.statistics();
            int calls = cases.os.calls(Call.COMMIT) + cases.os.calls(Call.PURGE);
            for (int i = 0; i < 10; i++) {
                assertEquals(before, cases.pool.statistics());
                assertTrue(cases.pool.toString().startsWith("pool 'case' "));
                cases.pool.validate();
                cases.pool.validateQuiet();
            }
            assertEquals(before, cases.pool.statistics());
            assertEquals(walkBefore, walk(cases.pool));
            assertEquals(calls, cases.os.calls(Call.COMMIT) + cases.os.calls(Call.PURGE));
        }
    }

    private static List<String> walk(MemoryPool pool) {
        List<String> blocks = new ArrayList<>();
        pool.walk((address, usableBytes, state) -> blocks.add(address + " " + usableBytes + " " + state));
        return blocks;
    }
}
