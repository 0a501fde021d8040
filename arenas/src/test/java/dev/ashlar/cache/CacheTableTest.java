package dev.ashlar.cache;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.ashlar.block.Geometry;
import dev.ashlar.cache.Stripes.Stripe;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which cache a thread finds, and stripes, which nobody waits for. */
class CacheTableTest {
    private final Reservation reservation = OsMemory.system().reserve("table", 1 << 20, 1 << 20);
    private final AtomicInteger made = new AtomicInteger();
    private final CacheTable table = new CacheTable(thread -> {
        made.incrementAndGet();
        return cache(thread.threadId());
    });

    private CoreCache cache(long id) {
        return new CoreCache(
                id, new Geometry(reservation.address(), 20, 1), new CacheBudget(0, 0), 0, true, reservation.newHold());
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    private static void run(Runnable task) {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        join(thread, thrown);
    }

    private static void join(Thread thread, AtomicReference<@Nullable Throwable> thrown) {
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (thrown.get() != null) {
            throw new AssertionError(thrown.get());
        }
    }

    @Test
    void attach_thread_hasOneCacheOfItsOwn() {
        run(() -> {
            assertSame(CoreCache.NONE, table.current());
            CoreCache mine = table.attach();
            assertSame(mine, table.attach());
            assertSame(mine, table.current());
            assertEquals(Thread.currentThread().threadId(), mine.ownerId());
            run(() -> assertNotSame(mine, table.attach()));
            assertSame(mine, table.current());
        });
        assertEquals(2, made.get());
    }

    @Test
    void attach_virtualThread_hasNone() throws InterruptedException {
        AtomicReference<@Nullable CoreCache> found = new AtomicReference<>();
        Thread.startVirtualThread(() -> found.set(table.attach())).join();
        assertSame(CoreCache.NONE, found.get());
        assertEquals(0, made.get());
    }

    /** Two threads whose ids lead to one entry: the second one has its cache in the ThreadLocal, and always the same. */
    @Test
    void attach_twoThreadsOfOneEntry_eachHasItsOwn() {
        run(() -> {
            CoreCache mine = table.attach();
            AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
            Thread other;
            do {
                other = new Thread(() -> {
                    try {
                        CoreCache crowdedOut = table.attach();
                        assertSame(CoreCache.NONE, table.current());
                        assertSame(crowdedOut, table.attach());
                        assertNotSame(mine, crowdedOut);
                        assertEquals(Thread.currentThread().threadId(), crowdedOut.ownerId());
                    } catch (Throwable e) {
                        thrown.set(e);
                    }
                });
            } while ((other.threadId() - mine.ownerId()) % table.table().length != 0);
            join(other, thrown);
            assertSame(mine, table.current());
            assertEquals(2, table.count());
            assertEquals(1, table.reap().size());
            assertSame(mine, table.current());
        });
    }

    @Test
    void attach_manyThreads_eachKeepsItsOwn() throws InterruptedException {
        int threads = 300;
        CountDownLatch attached = new CountDownLatch(threads);
        CountDownLatch look = new CountDownLatch(1);
        Set<CoreCache> caches = ConcurrentHashMap.newKeySet();
        AtomicInteger found = new AtomicInteger();
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(Thread.ofPlatform().daemon().stackSize(1 << 16).start(() -> {
                CoreCache mine = table.attach();
                caches.add(mine);
                attached.countDown();
                try {
                    look.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int n = 0; n < 100; n++) {
                    if (table.attach() != mine || (table.current() != mine && table.current() != CoreCache.NONE)) {
                        return;
                    }
                }
                found.incrementAndGet();
            }));
        }
        attached.await();
        assertEquals(threads, table.count());
        look.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        assertEquals(threads, found.get());
        assertEquals(threads, caches.size());
        assertEquals(threads, made.get());
        assertEquals(caches, new HashSet<>(table.reap()));
        assertEquals(0, table.count());
        assertEquals(List.of(), table.reap());
    }

    @Test
    void reap_threadThatLives_isLeftAlone() {
        run(() -> {
            CoreCache mine = table.attach();
            AtomicReference<@Nullable CoreCache> ended = new AtomicReference<>();
            run(() -> ended.set(table.attach()));
            assertEquals(List.of(mine, ended.get()), table.caches());
            assertEquals(List.of(ended.get()), table.reap());
            assertEquals(List.of(mine), table.caches());
            assertSame(mine, table.current());
        });
    }

    @Test
    void addView_untilRemovedOrItsThreadHasEnded_counts() {
        CoreCache removed = cache(-2);
        table.addView(removed);
        CoreCache left = cache(-2);
        run(() -> table.addView(left));
        assertEquals(2, table.count());
        table.remove(removed);
        assertEquals(List.of(left), table.reap());
        assertEquals(0, table.count());
    }

    @Test
    void close_thenReopen_eachFindsItsOwnAgain() {
        run(() -> {
            CoreCache mine = table.attach();
            table.close();
            assertSame(CoreCache.NONE, table.current());
            assertSame(CoreCache.NONE, table.attach());
            run(() -> assertSame(CoreCache.NONE, table.attach()));
            table.reopen();
            assertSame(mine, table.current());
            assertSame(mine, table.attach());
        });
        assertEquals(1, table.count());
    }

    // Stripes

    @Test
    void tryTake_allTaken_isNullUntilOneIsReleased() {
        Stripes stripes = new Stripes(4, i -> cache(-2));
        Set<CoreCache> caches = new HashSet<>();
        List<Stripe> taken = new ArrayList<>();
        for (Stripe stripe; (stripe = stripes.tryTake()) != null;) {
            taken.add(stripe);
            assertTrue(caches.add(stripe.cache()), "a stripe taken twice");
        }
        assertEquals(4, taken.size());
        assertEquals(caches, new HashSet<>(stripes.caches()));
        stripes.forEachIdle(cache -> {
            throw new AssertionError("a busy one");
        });
        taken.get(2).release();
        List<CoreCache> idle = new ArrayList<>();
        stripes.forEachIdle(cache -> {
            idle.add(cache);
            assertNull(stripes.tryTake(), "in use by forEachIdle");
        });
        assertEquals(List.of(taken.get(2).cache()), idle);
        assertSame(taken.get(2), stripes.tryTake());
    }

    @Test
    void forEachIdle_actionThrows_stripeIsReleased() {
        Stripes stripes = new Stripes(2, i -> cache(-2));
        try {
            stripes.forEachIdle(cache -> {
                throw new IllegalStateException("planted");
            });
        } catch (IllegalStateException e) {
            assertEquals("planted", e.getMessage());
        }
        assertNotNull(stripes.tryTake());
        assertNotNull(stripes.tryTake());
    }
}
