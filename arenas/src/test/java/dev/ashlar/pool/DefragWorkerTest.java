package dev.ashlar.pool;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragReport.End;
import dev.ashlar.DefragStep;
import dev.ashlar.OsException;
import dev.ashlar.ReclaimKind;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 46, 47, 48, 52 and 54 of docs/cases.md, as far as they are about defragmentation: a worker that fails, stalls, is interrupted, closed under, dropped. */
@Timeout(120)
class DefragWorkerTest {
    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static Thread workerThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("ashlar-defrag"))
                .findFirst()
                .orElseThrow();
    }

    /** Free blocks with dirty pages between live ones, so that there is something to purge. */
    private static List<Long> makeHoles(DefragPool pool, int count) {
        List<Long> all = pool.fill(3 * count, n -> 100_000);
        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % 3 == 0) {
                pool.engine.free(all.get(i));
            } else {
                kept.add(all.get(i));
            }
        }
        return kept;
    }

    // 46

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void case46_stepThrows_isReportedAndTheRestGoesOn(boolean error) {
        try (DefragPool pool = new DefragPool(32, 2, 32)) {
            List<Long> kept = makeHoles(pool, 20);
            List<Long> whole = pool.fill(1, n -> 1_000_000);
            whole.forEach(pool.engine::free);
            AtomicInteger calls = new AtomicInteger();
            pool.hooks.beforePurge(() -> {
                if (calls.incrementAndGet() == 1) {
                    if (error) {
                        throw new StackOverflowError("planted");
                    }
                    throw new IllegalStateException("planted");
                }
            });
            DefragReport report = pool.defragment();
            assertEquals(1, report.failureCount());
            assertEquals(DefragStep.PURGE, report.failures().getFirst().step());
            assertEquals("planted", report.failures().getFirst().cause().getMessage());
            assertTrue(report.bytes(ReclaimKind.RELEASED) > 0, "the release went on");
            assertEquals(End.COMPLETE, report.end());
            assertEquals(1, pool.statistics().defragmentation().failures());
            assertTrue(pool.statistics().defragmentation().alive());
            pool.engine.view().validate(true);
            assertEquals(0, pool.statistics().fencedArenas());
            assertEquals(0, pool.defragment().failureCount());
            assertEquals(0, pool.residentInFree());
            pool.checkContents(kept);
        }
    }

    @Test
    void interruptedWorker_goesOn() {
        try (DefragPool pool = new DefragPool(8, 1, 8)) {
            for (int i = 1; i <= 3; i++) {
                int soMany = i;
                workerThread().interrupt();
                until(() -> pool.statistics().defragmentation().interrupts() >= soMany);
                assertEquals(End.COMPLETE, pool.defragment().end());
            }
            assertTrue(pool.statistics().defragmentation().alive());
        }
    }

    // 47

    /** The worker hangs where it has no lock: allocation goes on, and a second request waits its turn. */
    @Test
    void case47_workerStalls_allocationGoesOn() {
        try (DefragPool pool = new DefragPool(32, 2, 32)) {
            pool.fill(4, n -> 1_000_000).forEach(pool.engine::free);
            CountDownLatch stalled = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            pool.onLook = () -> {
                stalled.countDown();
                DefragPool.await(goOn);
            };
            CompletableFuture<DefragReport> first = pool.engine.care().defragment(DefragOptions.all());
            DefragPool.await(stalled);
            CompletableFuture<DefragReport> second = pool.engine.care().defragment(DefragOptions.all());
            for (int i = 0; i < 1000; i++) {
                pool.engine.free(pool.engine.allocate(i * 50L));
            }
            assertEquals(2, pool.statistics().arenas());
            assertFalse(first.isDone() || second.isDone());
            goOn.countDown();
            assertEquals(End.COMPLETE, first.join().end());
            assertEquals(End.COMPLETE, second.join().end());
        }
    }

    @Test
    void cancel_endsTheRunAndItsRequest() {
        try (DefragPool pool = new DefragPool(32, 1, 32)) {
            makeHoles(pool, 30);
            CountDownLatch stalled = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            AtomicInteger purges = new AtomicInteger();
            pool.hooks.beforePurge(() -> {
                purges.incrementAndGet();
                stalled.countDown();
                DefragPool.await(goOn);
                pool.clock.addAndGet(DefragPool.SLICE_NANOS);
            });
            CompletableFuture<DefragReport> request = pool.engine.care().defragment(DefragOptions.all());
            CompletableFuture<DefragReport> never = pool.engine.care().defragment(DefragOptions.all());
            DefragPool.await(stalled);
            assertTrue(request.cancel(false));
            assertTrue(never.cancel(true));
            goOn.countDown();
            assertThrows(CancellationException.class, request::join);
            until(() -> pool.statistics().defragmentation().purges() > 0);
            assertEquals(1, purges.get());
            assertEquals(1, pool.statistics().defragmentation().requests());
            pool.hooks.clear();
            assertTrue(pool.defragment().purges() > 1);
        }
    }

    /** Closed in the middle of a run: what runs and what waits is answered, with a reason. */
    @Test
    void closedUnderARun_allRequestsAreAnswered() {
        DefragPool pool = new DefragPool(32, 1, 32);
        makeHoles(pool, 30);
        pool.fill(3, n -> 1_000_000).forEach(pool.engine::free);
        CountDownLatch stalled = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        pool.hooks.beforePurge(() -> {
            if (Thread.currentThread().getName().equals("ashlar-defrag")) {
                stalled.countDown();
                DefragPool.await(goOn);
                pool.clock.addAndGet(DefragPool.SLICE_NANOS);
            }
        });
        List<CompletableFuture<DefragReport>> requests = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            requests.add(pool.engine.care().defragment(DefragOptions.all()));
        }
        DefragPool.await(stalled);
        Thread closing = Thread.ofPlatform().daemon().start(pool.engine::close);
        until(pool.engine::isClosed);
        goOn.countDown();
        until(() -> !closing.isAlive());
        for (CompletableFuture<DefragReport> request : requests) {
            CompletionException e =
                    assertThrows(CompletionException.class, () -> request.orTimeout(60, TimeUnit.SECONDS).join());
            IllegalStateException cause = assertInstanceOf(IllegalStateException.class, e.getCause());
            assertTrue(String.valueOf(cause.getMessage()).startsWith("pool 'defrag' is closed (expected: open"),
                    e::getMessage);
        }
        assertThrows(IllegalStateException.class, () -> pool.engine.care().defragment(DefragOptions.all()));
        pool.close();
    }

    // 48

    /** One thread allocates, one frees what the other allocated and so next to free blocks, and two arenas' worth of defragmentations run all the time. */
    @Test
    void case48_defragmentationAgainstFreeAndSteal_noBlockIsLost() throws InterruptedException {
        try (DefragPool pool = new DefragPool(24, 3, 2)) {
            BlockingQueue<Long> handOver = new ArrayBlockingQueue<>(200);
            List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
            int count = 20_000;
            Thread allocating = Thread.ofPlatform().start(() -> guarded(thrown, () -> {
                SplittableRandom random = new SplittableRandom(7);
                for (int i = 0; i < count; i++) {
                    long size = random.nextInt(20) == 0 ? random.nextLong(60_000) : random.nextLong(1500);
                    handOver.put(pool.fill(1, n -> size).getFirst());
                }
            }));
            Thread freeing = Thread.ofPlatform().start(() -> guarded(thrown, () -> {
                for (int i = 0; i < count; i++) {
                    Long block = handOver.poll(60, TimeUnit.SECONDS);
                    pool.checkContents(List.of(Objects.requireNonNull(block)));
                    pool.engine.free(block);
                }
            }));
            int runs = 0;
            while (freeing.isAlive()) {
                DefragReport report = pool.defragment();
                assertEquals(0, report.failureCount(), report::toString);
                runs++;
            }
            allocating.join();
            assertEquals(List.of(), thrown);
            assertTrue(runs > 2, "runs: " + runs);
            pool.defragment();
            pool.engine.view().validate(true);
            assertEquals(0, pool.statistics().memory().liveBlocks());
            assertEquals(0, pool.statistics().memory().committedBytes());
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void guarded(List<Throwable> thrown, Action action) {
        try {
            action.run();
        } catch (Throwable e) {
            thrown.add(e);
        }
    }

    // 52

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void case52_purgeOfPagesFails_isReportedAndMemoryStaysUsable(int n) {
        try (DefragPool pool = new DefragPool(32, 1, 32)) {
            List<Long> kept = makeHoles(pool, 20);
            long dirty = pool.statistics().defragmentation().dirtyBytes();
            pool.os.failNth(Call.PURGE, pool.os.calls(Call.PURGE) + n);
            DefragReport report = pool.defragment();
            assertEquals(1, report.failureCount(), report::toString);
            assertEquals(DefragStep.PURGE, report.failures().getFirst().step());
            assertEquals(0, report.failures().getFirst().arena());
            long left = pool.statistics().defragmentation().dirtyBytes();
            assertTrue(left > 0 && left < dirty / 4, () -> "dirty: " + left);
            pool.engine.view().validate(true);
            kept.addAll(pool.fill(10, i -> 90_000));
            pool.checkContents(kept);
            assertEquals(0, pool.defragment().failureCount());
            assertEquals(0, pool.residentInFree());
        }
    }

    @Test
    void case52_everyPurgeFails_endsAndIsCounted() {
        try (DefragPool pool = new DefragPool(32, 1, 32)) {
            makeHoles(pool, 30);
            pool.hooks.beforePurge(() -> {
                throw new OsException("madvise", 0, 0, 12, "planted", null);
            });
            DefragReport report = pool.defragment();
            assertTrue(report.failureCount() >= 16 && report.failures().size() == 16, report::toString);
            assertEquals(0, report.bytes(ReclaimKind.PURGED));
            assertEquals(report.failureCount(), pool.statistics().defragmentation().failures());
            pool.engine.view().validate(true);
        }
    }

    // 54

    /** A pool that is dropped while its worker has a request: it is answered, and the pool is not kept by it. */
    @Test
    void case54_droppedPool_isNotKeptByItsRequests() {
        List<CompletableFuture<DefragReport>> requests = new ArrayList<>();
        WeakReference<PoolEngine> dropped = dropWithRequests(requests);
        for (CompletableFuture<DefragReport> request : requests) {
            try {
                assertEquals(End.COMPLETE, request.orTimeout(60, TimeUnit.SECONDS).join().end());
            } catch (CompletionException e) {
                assertInstanceOf(IllegalStateException.class, e.getCause());
            }
        }
        until(() -> {
            System.gc();
            return dropped.refersTo(null);
        });
    }

    private static WeakReference<PoolEngine> dropWithRequests(List<CompletableFuture<DefragReport>> requests) {
        PoolEngine engine = new DefragPool(8, 1, 8).engine;
        for (int i = 0; i < 5; i++) {
            requests.add(engine.care().defragment(DefragOptions.all()));
        }
        return new WeakReference<>(engine);
    }

    @Test
    void arenaThatIsNot_isIllegal() {
        try (DefragPool pool = new DefragPool(8, 2, 8)) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> pool.engine.care().defragment(DefragOptions.all().ofArena(2)));
            assertEquals("arena: 2 (expected: 0 to 1, or -1 for all)", e.getMessage());
        }
    }
}
