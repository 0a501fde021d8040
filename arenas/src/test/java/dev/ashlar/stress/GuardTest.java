package dev.ashlar.stress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arena.CellBatch;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Guards that random threads meet too seldom to be sure that they are missed: one test for each, with the situation made by hand. The planted
 * faults of docs/testing.md take them away one by one.
 */
@Timeout(60)
class GuardTest {
    private static final int SMALL = 3;

    private static MemoryPoolBuilder quiet() {
        return MemoryPool.builder().capacity(8 << 20).regionSize(1 << 20).arenas(1).reclaimPeriod(Duration.ofDays(1));
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(1);
        }
    }

    @Test
    void block_ofAnotherArena_isNotFreedHere() {
        try (TwoArenas arenas = new TwoArenas()) {
            long block = arenas.second.serveBlock(2000, 16, CellHeaders.POOL, true, true);
            assertNotEquals(0, arenas.first.serveBlock(2000, 16, CellHeaders.POOL, true, true));
            assertThrows(InvalidFreeException.class, () -> arenas.first.blocks().free(block, CellHeaders.POOL, null));
            assertTrue(arenas.second.blocks().free(block, CellHeaders.POOL, null) > 0);
        }
    }

    @Test
    void cell_ofAnotherArena_isNotTakenBackHere() {
        try (TwoArenas arenas = new TwoArenas()) {
            long[] cells = {cellOf(arenas)};
            assertEquals(1, arenas.second.takeBack(SMALL, cells, 1));
            assertEquals(1, arenas.first.view().figures().takenCells());
            assertEquals(0, arenas.first.takeBack(SMALL, cells, 1));
            assertEquals(0, arenas.first.view().figures().takenCells());
        }
    }

    private static long cellOf(TwoArenas arenas) {
        long cell = arenas.first.serveCells(SMALL, null, 1, true, true);
        CellHeaders.write(cell, CellHeaders.freeCode(SMALL));
        return cell;
    }

    @Test
    void cell_thatComesBackTwice_isCountedAndNotServedTwice() {
        try (TwoArenas arenas = new TwoArenas()) {
            long cell = cellOf(arenas);
            long other = cellOf(arenas);
            arenas.first.takeBack(SMALL, new long[] {cell}, 1);
            arenas.first.takeBack(SMALL, new long[] {cell}, 1);
            assertEquals(1, arenas.first.view().figures().doubleFrees());
            assertEquals(1, arenas.first.view().figures().takenCells());
            assertEquals(cell, cellOf(arenas));
            assertNotEquals(cell, cellOf(arenas));
            assertNotEquals(cell, other);
        }
    }

    @Test
    void queue_isEmptyAfterCoalescing() {
        try (TwoArenas arenas = new TwoArenas()) {
            offer(arenas, SMALL, cellOf(arenas));
            arenas.first.coalesce();
            assertEquals(0, arenas.first.queuedBatches());
            assertEquals(0, arenas.first.view().figures().takenCells());
        }
    }

    /** Cells of another class fill what any visit takes out of the queue; the one that is wanted lies behind them. */
    @Test
    void queue_isDrainedBeforeARequestFails() {
        try (TwoArenas arenas = new TwoArenas()) {
            long[] others = new long[16];
            for (int i = 0; i < others.length; i++) {
                others[i] = arenas.first.serveCells(SMALL + 1, null, 1, true, true);
            }
            long wanted = cellOf(arenas);
            while (arenas.first.serveCells(SMALL, null, 1, true, true) != 0) {
                // Until there is none.
            }
            for (long cell : others) {
                offer(arenas, SMALL + 1, cell);
            }
            offer(arenas, SMALL, wanted);
            assertEquals(wanted, arenas.first.serveCells(SMALL, null, 1, true, true));
            assertEquals(0, arenas.first.serveCells(SMALL, null, 1, true, true));
        }
    }

    private static void offer(TwoArenas arenas, int sizeClass, long cell) {
        CellBatch batch = new CellBatch();
        batch.begin(sizeClass);
        batch.add(cell);
        CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
        assertTrue(arenas.first.offer(batch));
    }

    @Test
    void arena_thatIsDamaged_servesNothingAndTheOtherGoesOn() {
        try (TwoArenas arenas = new TwoArenas()) {
            long damaged = arenas.first.serveBlock(2000, 16, CellHeaders.POOL, true, true);
            long sound = arenas.first.serveBlock(2000, 16, CellHeaders.POOL, true, true);
            long header = Memory.getLong(damaged - 8);
            Memory.putLong(damaged - 8, header ^ 1L << 40);
            assertThrows(HeapCorruptionException.class,
                    () -> arenas.first.blocks().free(damaged, CellHeaders.POOL, null));
            assertEquals(0, arenas.first.serveBlock(2000, 16, CellHeaders.POOL, true, true));
            assertEquals(0, arenas.first.serveCells(SMALL, null, 1, true, true));
            assertThrows(HeapCorruptionException.class,
                    () -> arenas.first.blocks().free(sound, CellHeaders.POOL, null));
            assertNotEquals(0, arenas.second.serveBlock(2000, 16, CellHeaders.POOL, true, true));
            Memory.putLong(damaged - 8, header);
            arenas.first.recover();
            assertTrue(arenas.first.blocks().free(sound, CellHeaders.POOL, null) > 0);
        }
    }

    /** One bit that leaves its length alone, so that the bytes before it say nothing. */
    @Test
    void guard_ofWhichOneBitIsFlipped_isDamaged() {
        try (MemoryPool pool = quiet().hardened(true).build()) {
            long cell = pool.allocateAddress(200);
            int payloadBytes = SizeClasses.usableBytes(CellHeaders.sizeClass(CellHeaders.read(cell)));
            long guard = cell + payloadBytes - 8;
            Memory.putLong(guard, Memory.getLong(guard) ^ 1L << 40);
            assertThrows(HeapCorruptionException.class, () -> pool.freeAddress(cell));
        }
    }

    @Test
    void table_thatIsClosed_makesNoCache() {
        Reservation range = OsMemory.system().reserve("table", 1 << 20, 1 << 20);
        CacheTable table = new CacheTable(thread -> new CoreCache(
                thread.threadId(),
                new Geometry(range.address(), 20, 1),
                new CacheBudget(1 << 20, 1 << 20),
                0,
                true,
                range.newHold()));
        table.close();
        assertSame(CoreCache.NONE, table.attach());
        assertSame(CoreCache.NONE, table.current());
        range.close();
    }

    @Test
    void credits_ofAnotherThread_areRecalledBeforeTheLimitIsMissed() throws InterruptedException {
        try (MemoryPool pool = quiet().build(); Budget budget = pool.openBudget("recall", 512 << 10)) {
            // Whichever cells their ids lead to: what these leave there is a part of the limit.
            for (int i = 0; i < 16; i++) {
                Thread thread = new Thread(() -> pool.freeAddress(budget.allocateAddress(1000)));
                thread.start();
                thread.join();
            }
            long whole = budget.allocateAddress((512 << 10) - 24);
            assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(1000));
            pool.freeAddress(whole);
        }
    }

    /** Room comes to be without anybody saying so: in the cache of a thread that ends. The first one looks now and then, the second must be woken. */
    @Test
    void secondWaiter_hasItsTurnWhenTheFirstIsServed() throws InterruptedException {
        try (MemoryPool pool = quiet().build()) {
            long[] two = {pool.allocateAddress(4000), pool.allocateAddress(4000)};
            for (long bytes = 4 << 20; bytes > 4000; bytes /= 2) {
                exhaust(pool, bytes);
            }
            exhaust(pool, 4000);
            List<Thread> waiting = List.of(waiter(pool), waiter(pool));
            await(() -> pool.statistics().waiting() == 2);
            Thread freeing = new Thread(() -> {
                pool.freeAddress(two[0]);
                pool.freeAddress(two[1]);
            });
            freeing.start();
            freeing.join();
            for (Thread thread : waiting) {
                assertTrue(thread.join(Duration.ofSeconds(30)), "a waiter sleeps though there is room");
            }
        }
    }

    private static void exhaust(MemoryPool pool, long bytes) {
        while (pool.tryAllocateAddress(bytes, 16) != 0) {
            // Until there is none of this size.
        }
    }

    private static Thread waiter(MemoryPool pool) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                pool.allocateAddress(4000, 16, Duration.ofDays(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void pressureCallback_thatAllocates_isNotCalledFromItself() {
        try (MemoryPool pool = quiet().build()) {
            AtomicInteger depth = new AtomicInteger();
            AtomicInteger deepest = new AtomicInteger();
            pool.onPressure(0, bytes -> {
                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                try {
                    if (depth.get() < 5) {
                        assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(8 << 20));
                    }
                } finally {
                    depth.decrementAndGet();
                }
            });
            assertThrows(PoolExhaustedException.class, () -> pool.allocateAddress(8 << 20));
            assertEquals(1, deepest.get());
            assertEquals(0, pool.statistics().pressureFailures());
        }
    }

    @Test
    void cacheOfAnEndedThread_isTakenBackByItself() throws InterruptedException {
        try (MemoryPool pool = quiet().reclaimPeriod(Duration.ofMillis(5)).build()) {
            Thread thread = new Thread(() -> pool.freeAddress(pool.allocateAddress(100)));
            thread.start();
            thread.join();
            await(() -> pool.statistics().caches() == 0);
            assertEquals(0, pool.statistics().cachedBytes());
            pool.validateQuiet();
        }
    }

    @Test
    void cacheOfALivingThread_isLeftToIt() throws InterruptedException {
        try (MemoryPool pool = quiet().reclaimPeriod(Duration.ofMillis(5)).build()) {
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch filled = new CountDownLatch(1);
            Thread thread = Thread.ofPlatform().daemon().start(() -> {
                pool.freeAddress(pool.allocateAddress(100));
                filled.countDown();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            filled.await();
            // The worker has come by when it has taken back what this one left.
            Thread other = new Thread(() -> pool.freeAddress(pool.allocateAddress(100)));
            other.start();
            other.join();
            await(() -> pool.statistics().caches() <= 1);
            assertEquals(1, pool.statistics().caches());
            assertTrue(pool.statistics().cachedBytes() > 0);
            end.countDown();
            thread.join();
        }
    }

    @Test
    void queueOfAnIdleArena_isDrainedByItself() throws InterruptedException {
        try (MemoryPool pool = quiet().arenas(2).reclaimPeriod(Duration.ofMillis(200)).build()) {
            boolean queued = false;
            // A thread frees what another one's arena served, if the two began on different cores.
            for (int round = 0; round < 200 && !queued; round++) {
                List<Long> blocks = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    blocks.add(pool.allocateAddress(1000));
                }
                Thread thread = new Thread(() -> {
                    blocks.forEach(pool::freeAddress);
                    pool.reclaim();
                    blocks.clear();
                });
                thread.start();
                for (long unused = 0; thread.isAlive(); unused++) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 64; i++) {
                    blocks.add(pool.allocateAddress(1000));
                }
                Thread freeing = new Thread(() -> blocks.forEach(pool::freeAddress));
                freeing.start();
                freeing.join();
                queued = pool.statistics().queuedBytes() > 0;
            }
            assumeTrue(queued, "no thread frees another core's cells on this machine");
            await(() -> pool.statistics().queuedBytes() == 0);
            pool.validateQuiet();
        }
    }

    @Test
    void caches_holdNoMoreThanTheirLimit() throws InterruptedException {
        long limit = 64 << 10;
        try (MemoryPool pool = quiet().cachesLimit(limit).build()) {
            CountDownLatch end = new CountDownLatch(1);
            CountDownLatch filled = new CountDownLatch(8);
            for (int i = 0; i < 8; i++) {
                Thread _ = Thread.ofPlatform().daemon().start(() -> {
                    for (int round = 0; round < 4; round++) {
                        long[] blocks = new long[100];
                        for (int j = 0; j < blocks.length; j++) {
                            blocks[j] = pool.allocateAddress(400);
                        }
                        for (long block : blocks) {
                            pool.freeAddress(block);
                        }
                    }
                    filled.countDown();
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
            }
            assertTrue(filled.await(30, TimeUnit.SECONDS));
            assertTrue(pool.statistics().cachedBytes() <= limit, () -> pool.statistics().toString());
            end.countDown();
        }
    }

    @Test
    void openScope_keepsItsPagesWhenThePoolIsClosed() {
        MemoryPool pool = quiet().build();
        try (Arena arena = pool.openArena()) {
            MemorySegment segment = arena.allocate(64);
            segment.set(ValueLayout.JAVA_LONG, 0, 42);
            pool.close();
            assertEquals(42, segment.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    @Test
    void closedPool_refusesThreadsThatHaveACache() {
        MemoryPool pool = quiet().build();
        long cell = pool.allocateAddress(100);
        long other = pool.allocateAddress(100);
        pool.freeAddress(other);
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.allocateAddress(100));
        assertThrows(IllegalStateException.class, () -> pool.freeAddress(cell));
        assertThrows(IllegalStateException.class, () -> pool.allocateAddress(100_000));
    }

    @Test
    void blockOfAScope_isNotThePoolsToFree() {
        try (MemoryPool pool = quiet().build(); Arena arena = pool.openArena()) {
            MemorySegment segment = arena.allocate(64);
            assertThrows(InvalidFreeException.class, () -> pool.freeAddress(segment.address()));
            MemorySegment large = arena.allocate(20_000);
            assertThrows(InvalidFreeException.class, () -> pool.freeAddress(large.address()));
        }
    }
}
