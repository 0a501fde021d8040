package dev.ashlar.cache;

import java.util.ArrayDeque;
import java.util.Random;

import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The magazines of one owner against stacks, and what all may hold. Another seed: {@code -Dashlar.seed=N}. */
class CoreCacheTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final long BYTES = 1 << 20;

    private final Reservation reservation = OsMemory.system().reserve("cache", BYTES, BYTES);
    private final Geometry geometry = new Geometry(reservation.address(), 20, 1);
    private long nextCell = reservation.address() + 16;

    CoreCacheTest() {
        OsMemory.system().commit(reservation.address(), BYTES);
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    private CoreCache cache(CacheBudget budget) {
        return new CoreCache(1, geometry, budget, 0, true, reservation.newHold());
    }

    private long newCell() {
        long cell = nextCell;
        nextCell = cell + 32 < reservation.address() + BYTES ? cell + 32 : reservation.address() + 16;
        return cell;
    }

    @Test
    void random_agreesWithStacks() {
        System.out.printf("core cache: seed %d%n", SEED);
        Random random = new Random(SEED);
        CacheBudget budget = new CacheBudget(100_000, 100_000);
        CoreCache cache = cache(budget);
        int classes = 12;
        @SuppressWarnings({"unchecked", "rawtypes"})
        ArrayDeque<Long>[] model = new ArrayDeque[classes];
        int[] of = {0, 1, 2, 5, 20, 40, 63, 64, 70, 80, 86, SizeClasses.COUNT - 1};
        for (int i = 0; i < classes; i++) {
            model[i] = new ArrayDeque<>();
        }
        for (int i = 0; i < 200_000; i++) {
            int which = random.nextInt(classes);
            int sizeClass = of[which];
            ArrayDeque<Long> stack = model[which];
            int limit = cache.limit(sizeClass);
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4 -> {
                    long cell = newCell();
                    assertEquals(stack.size() < limit, cache.push(sizeClass, cell));
                    if (stack.size() < limit) {
                        stack.push(cell);
                        assertTrue(CellHeaders.isFree(CellHeaders.read(cell)));
                    }
                }
                case 5, 6, 7, 8 -> {
                    long cell = cache.allocate(sizeClass);
                    assertEquals(stack.isEmpty() ? 0 : stack.pop(), cell);
                    assertTrue(cell == 0 || CellHeaders.read(cell) == CellHeaders.liveCode(sizeClass));
                }
                case 9 -> {
                    boolean grew = cache.grow(sizeClass, random.nextBoolean());
                    assertEquals(grew, cache.limit(sizeClass) > limit);
                }
                case 10 -> {
                    if (stack.isEmpty()) {
                        continue; // Whoever empties a row looks first.
                    }
                    long[] into = new long[64];
                    int most = random.nextInt(20);
                    int count = cache.removeOldest(sizeClass, into, most);
                    assertEquals(Math.min(most, stack.size()), count);
                    for (int n = 0; n < count; n++) {
                        assertEquals(stack.pollLast(), into[n], "oldest first");
                    }
                }
                default -> {
                    if (stack.isEmpty() && random.nextInt(4) == 0) {
                        cache.shrink(sizeClass);
                        assertEquals(0, cache.limit(sizeClass));
                    }
                }
            }
            assertEquals(stack.size(), cache.cells(sizeClass));
            assertTrue(budget.grantedBytes() <= 100_000 && budget.grantedBytes() >= cache.bytes());
        }
        long bytes = 0;
        for (int i = 0; i < classes; i++) {
            bytes += (long) model[i].size() * SizeClasses.usableBytes(of[i]);
            while (cache.allocate(of[i]) != 0) {
                model[i].pop();
            }
            assertTrue(model[i].isEmpty());
            cache.shrink(of[i]);
        }
        assertTrue(bytes > 0);
        assertEquals(0, budget.grantedBytes());
        assertEquals(0, cache.cells());
    }

    /** A refill's cells stand at the begin of the row; the last of them is handed out first. */
    @Test
    void refilled_emptyRow_isHandedOutFromTheEnd() {
        CoreCache cache = cache(new CacheBudget(1 << 20, 1 << 20));
        for (int sizeClass : new int[] {0, 10, SizeClasses.COUNT - 1}) {
            assertTrue(cache.grow(sizeClass, false));
            int count = cache.limit(sizeClass) - 1;
            long[] cells = new long[count];
            for (int i = 0; i < count; i++) {
                cells[i] = newCell();
                cache.slots()[cache.firstSlot(sizeClass) + i] = cells[i];
            }
            cache.refilled(sizeClass, count);
            assertEquals(count, cache.cells(sizeClass));
            for (int i = count - 1; i >= 0; i--) {
                assertEquals(cells[i], cache.allocate(sizeClass));
            }
            assertEquals(0, cache.allocate(sizeClass));
        }
    }

    @Test
    void grow_classThatOnlyFillsOrOnlyEmpties_staysShort() {
        CoreCache cache = cache(new CacheBudget(1 << 20, 1 << 20));
        for (int times = 0; times < 20; times++) {
            cache.grow(3, false);
        }
        int easy = cache.limit(3);
        assertFalse(cache.grow(3, false));
        boolean full = true;
        for (int limit = 2 * easy; limit <= 512; limit *= 2) {
            assertTrue(cache.grow(3, full), "empty and full in turn");
            assertEquals(limit, cache.limit(3));
            full = !full;
        }
        assertFalse(cache.grow(3, false));
        assertFalse(cache.grow(3, true), "as long as rows get");
    }

    @Test
    void free_anythingButALiveCellOfThePool_isRefused() {
        CoreCache cache = cache(new CacheBudget(1 << 20, 1 << 20));
        assertTrue(cache.grow(3, false));
        long cell = newCell();
        CellHeaders.write(cell, CellHeaders.liveCode(3));
        for (long address : new long[] {0, 8, cell + 1, cell + 8, cell + 16, reservation.address(), -16,
            reservation.address() + BYTES, reservation.address() - 16, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertFalse(cache.free(address), () -> Long.toHexString(address));
        }
        CellHeaders.write(cell, CellHeaders.liveCode(3, 5));
        assertFalse(cache.free(cell), "a budget's");
        CellHeaders.write(cell, CellHeaders.freeCode(3));
        assertFalse(cache.free(cell), "free already");
        CellHeaders.write(cell, CellHeaders.liveCode(4));
        assertFalse(cache.free(cell), "of a class that may hold none yet");
        CellHeaders.write(cell, CellHeaders.liveCode(127));
        assertFalse(cache.free(cell), "of no class");
        assertEquals(0, cache.cells());
        CellHeaders.write(cell, CellHeaders.liveCode(3));
        assertTrue(cache.free(cell));
        assertFalse(cache.free(cell), "twice");
        assertEquals(cell, cache.allocate(3));
    }

    @Test
    void revoke_cacheWithCells_handsOutNothingUntilUndone() {
        CoreCache cache = cache(new CacheBudget(1 << 20, 1 << 20));
        assertTrue(cache.grow(3, false));
        long cell = newCell();
        assertTrue(cache.push(3, cell));
        cache.revoke(true);
        assertTrue(cache.isRevoked());
        assertEquals(0, cache.allocate(3));
        cache.revoke(false);
        assertEquals(cell, cache.allocate(3));
    }

    @Test
    void none_hasNothingAndTakesNothing() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            assertEquals(0, CoreCache.NONE.allocate(sizeClass));
            assertFalse(CoreCache.NONE.push(sizeClass, 16));
            assertFalse(CoreCache.NONE.grow(sizeClass, true));
        }
        assertFalse(CoreCache.NONE.free(nextCell));
    }

    @Test
    void home_busySeveralTimesInARow_movesToWhereTheThreadIs() {
        CoreCache cache = cache(new CacheBudget(0, 0));
        for (int i = 0; i < 20; i++) {
            cache.homeWasBusy(0);
            cache.homeWasBusy(1);
            cache.homeWasIdle();
        }
        assertEquals(0, cache.home());
        for (int i = 0; i < 20; i++) {
            cache.homeWasBusy(1);
        }
        assertEquals(1, cache.home());
    }

    // CacheBudget

    @Test
    void grant_oneCacheOrAll_neverAboveTheirLimits() {
        CacheBudget budget = new CacheBudget(100, 250);
        assertTrue(budget.grant(0, 100));
        assertFalse(budget.grant(100, 1));
        assertTrue(budget.grant(0, 100));
        assertFalse(budget.grant(0, 51));
        assertTrue(budget.grant(0, 50));
        assertEquals(250, budget.grantedBytes());
        budget.giveBack(100);
        budget.limit(200, 200);
        assertFalse(budget.grant(100, 51));
        assertTrue(budget.grant(100, 50));
        assertEquals(200, budget.grantedBytes());
    }

    @Test
    void grant_byManyThreads_isExactAtTheEnd() throws InterruptedException {
        CacheBudget budget = new CacheBudget(Long.MAX_VALUE, 1000);
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] = Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; i < 50_000; i++) {
                    int bytes = 1 + i % 400;
                    if (budget.grant(0, bytes)) {
                        budget.giveBack(bytes);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, budget.grantedBytes());
    }
}
