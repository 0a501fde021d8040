package dev.ashlar.stress;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.FitPolicy;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * One pool and all that happens to it: what threads share, the threads' coming and going, the watch over their progress, and the account at the
 * end.
 *
 * <p>The pool is small on purpose, and has more arenas than this machine may have cores: so that memory runs out all the time, arenas
 * steal from each other, and most frees are of another arena's cells.
 */
final class StressRun {
    private static final long CAPACITY = 24L << 20;
    private static final int ARENAS = 3;
    private static final int PLATFORM_THREADS = 4;
    private static final int VIRTUAL_THREADS = 16;
    private static final int MOVERS = 2;
    private static final int ROWS = 1500;

    /** A run in which nothing at all happens for so long hangs. */
    private static final long STALL_MILLIS = 60_000;

    final Plan plan;
    final MemoryPool pool;
    final Budget budget;
    final ShadowMap shadow = new ShadowMap();

    /** Blocks on their way from thread to thread. Whoever finds it full keeps them, whoever finds it empty goes on. */
    final BlockingQueue<Holding> handOver = new ArrayBlockingQueue<>(512);

    /** Movable blocks, which all movers share. */
    final AtomicReferenceArray<@Nullable Row> rows = new AtomicReferenceArray<>(ROWS);

    final LongAdder steps = new LongAdder();
    final AtomicLong numbers = new AtomicLong();
    volatile boolean stopping;

    private final long seed;
    private final long millis;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong generations = new AtomicLong();
    private final CpuPins pins = new CpuPins(ARENAS);
    private final Semaphore virtualThreads = new Semaphore(VIRTUAL_THREADS);
    private final StressRecordings recordings;
    private long mostQueued;
    private long reclaimed;
    private int mostCaches;

    StressRun(Plan plan, long seed, long millis) throws IOException {
        this.plan = plan;
        this.seed = seed;
        this.millis = millis;
        pool = plan.applyTo(MemoryPool.builder())
                .name("stress " + plan)
                .capacity(CAPACITY)
                .regionSize(1 << 20)
                .arenas(ARENAS)
                .retained(2 << 20)
                .reclaimPeriod(Duration.ofMillis(10))
                .defragmentation(DefragSettings.ofDefaults().withCompaction(compaction(new SplittableRandom(seed))))
                .build();
        budget = pool.openBudget("stress", CAPACITY / 4);
        recordings = new StressRecordings(pool);
    }

    void run() throws InterruptedException {
        try (pool; recordings) {
            pool.onPressure(1, bytes -> new StressWorker(this, numbers.incrementAndGet()).spill(bytes));
            for (int i = 0; i < PLATFORM_THREADS; i++) {
                start(Thread.ofPlatform().name("stress-line-" + i), this::generationsOfThreads);
            }
            start(Thread.ofPlatform().name("stress-virtual"), this::virtualThreads);
            for (int i = 0; i < MOVERS; i++) {
                StressMover mover = new StressMover(this, seed - 1 - i);
                start(Thread.ofPlatform().name("stress-mover-" + i), mover::run);
            }
            start(Thread.ofPlatform().name("stress-care"), this::care);
            watch();
            settle();
        } catch (Throwable e) {
            throw new AssertionError("stress %s failed with -Dashlar.seed=%d".formatted(plan, seed), e);
        }
    }

    private void start(Thread.Builder builder, Runnable body) {
        running.incrementAndGet();
        if (builder instanceof Thread.Builder.OfPlatform platform) {
            platform.daemon();
        }
        Thread _ = builder.start(() -> guarded(body));
    }

    private void guarded(Runnable body) {
        try {
            body.run();
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
            stopping = true;
        } finally {
            running.decrementAndGet();
        }
    }

    /** One thread after the other, each of which ends with a full cache, and leaves what it holds to others. */
    private void generationsOfThreads() {
        while (!stopping) {
            StressWorker worker = newWorker();
            long generation = generations.get();
            Thread thread = Thread.ofPlatform().daemon().name("stress-worker").unstarted(() -> guarded(() -> {
                pins.pin(generation);
                worker.run();
            }));
            running.incrementAndGet();
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private StressWorker newWorker() {
        return new StressWorker(this, seed + generations.incrementAndGet());
    }

    private void virtualThreads() {
        while (!stopping) {
            virtualThreads.acquireUninterruptibly();
            StressWorker worker = newWorker();
            start(Thread.ofVirtual().name("stress-virtual"), () -> {
                try {
                    worker.runShortly();
                } finally {
                    virtualThreads.release();
                }
            });
        }
    }

    /** What an operator does to a pool in use. */
    private void care() {
        SplittableRandom random = new SplittableRandom(seed);
        FitPolicy[] policies = FitPolicy.values();
        recordings.start();
        while (!stopping) {
            switch (random.nextInt(16)) {
                case 0 -> pool.policy(policies[random.nextInt(policies.length)]);
                case 1 -> pool.reclaim();
                case 2 -> pool.trim();
                case 3 -> pool.validate();
                case 4 -> pool.cacheLimits(
                        plan.hasCaches() ? random.nextLong(1 << 19) : 0,
                        plan.hasCaches() ? random.nextLong(CAPACITY / 4) : 0);
                case 5 -> pool.walk((address, bytes, state) -> {});
                case 6 -> budget.limit(CAPACITY / 16 + random.nextLong(CAPACITY / 4));
                case 7 -> defragment(random);
                case 8 -> pool.defragment(DefragOptions.all().upTo(1 + random.nextLong(1 << 20))).cancel(true);
                case 9 -> pool.defragSettings(DefragSettings.ofDefaults()
                        .withDecayTime(Duration.ofMillis(random.nextInt(200)))
                        .withSlice(Duration.ofNanos(1000 + random.nextInt(200_000)))
                        .withCompaction(compaction(random)));
                case 10 -> compact(random);
                case 11 -> {
                    if (!recordings.isRunning()) {
                        recordings.start();
                    }
                }
                case 12, 13, 14 -> recordings.stop();
                default -> {
                    // Only the figures.
                }
            }
            PoolStatistics now = pool.statistics();
            mostQueued = Math.max(mostQueued, now.queuedBytes());
            mostCaches = Math.max(mostCaches, now.caches());
            pause(random.nextInt(20));
        }
    }

    /** On demand, of all arenas or one; what the report says must be so. */
    private void defragment(SplittableRandom random) {
        DefragReport report = pool.defragment(DefragOptions.all().ofArena(random.nextInt(ARENAS + 1) - 1)).join();
        assertEquals(0, report.failureCount(), report::toString);
        assertEquals(DefragReport.End.COMPLETE, report.end(), report::toString);
        reclaimed += report.reclaimedBytes();
    }

    /** So that passes are often due, and some in vain. */
    private static CompactionSettings compaction(SplittableRandom random) {
        return CompactionSettings.ofDefaults()
                .withUnusedShare(random.nextDouble())
                .withLeastGain(1 + random.nextLong(1 << 18))
                .withPassBytes(1 + random.nextLong(1 << 21))
                .withBackOff(Duration.ofMillis(random.nextInt(20)), Duration.ofMillis(40));
    }

    /** A pass beside those of the worker and of requests; what it says must be so. */
    private void compact(SplittableRandom random) {
        CompactionLimits limits = CompactionLimits.NONE
                .withMaxBytes(random.nextBoolean() ? Long.MAX_VALUE : random.nextLong(1 << 20))
                .withSlice(Duration.ofNanos(1000 + random.nextInt(200_000)));
        CompactionReport report = pool.movable().compact(limits);
        assertEquals(0, report.failedPurges(), report::toString);
        assertEquals(report.releasedRegions() * pool.regionSize(), report.releasedBytes());
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets it run, and stops it when the time is over, something failed, or nothing happens any more. */
    private void watch() {
        long end = System.nanoTime() + millis * 1_000_000;
        long before = -1;
        long changed = System.nanoTime();
        while (running.get() > 0) {
            pause(20);
            long now = System.nanoTime();
            stopping |= now - end >= 0;
            long sum = steps.sum();
            if (sum != before) {
                before = sum;
                changed = now;
            } else if (now - changed > STALL_MILLIS * 1_000_000) {
                dumpStacks();
                throw new AssertionError("nothing happens any more; " + pool.statistics());
            }
        }
        Throwable first = failure.get();
        if (first != null) {
            throw new AssertionError(pool.statistics().toString(), first);
        }
    }

    private static void dumpStacks() {
        for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
            System.err.println(thread.getKey());
            Arrays.stream(thread.getValue()).forEach(frame -> System.err.println("    at " + frame));
        }
    }

    /** Frees what is left, and settles the account. */
    private void settle() {
        List<Holding> left = new ArrayList<>();
        handOver.drainTo(left);
        StressWorker last = newWorker();
        left.forEach(last::free);
        new StressMover(this, seed).freeAll();
        recordings.stop();
        assertEquals(0, shadow.size(), "live by the callers' account");
        pool.validateQuiet();
        assertEquals(0, pool.statistics().memory().liveBytes(), "live bytes");
        assertEquals(0, pool.statistics().memory().liveBlocks(), "live blocks");
        pool.reclaim();
        pool.validateQuiet();
        PoolStatistics end = pool.statistics();
        System.out.printf("stress %s: %d steps, %d threads, %s%n", plan, steps.sum(), generations.get(), end);
        assertAll(
                () -> assertEquals(0, end.memory().pendingBytes(), "pending when all was taken back"),
                () -> assertEquals(0, end.cachedBytes(), "cached when all was taken back"),
                () -> assertEquals(0, end.slabs(), "slabs when all is free"),
                () -> assertEquals(0, end.doubleFrees(), "cells that came back twice"),
                () -> assertEquals(0, end.fencedArenas(), "damaged arenas"),
                () -> assertEquals(0, end.memory().withheldBlocks(), "withheld blocks"),
                () -> assertEquals(0, end.failedReleases(), "failed releases"),
                () -> assertEquals(0, end.pressureFailures(), "callbacks that threw"),
                () -> assertEquals(0, end.waiting(), "requests that wait"),
                () -> assertEquals(0, pool.movable().statistics().blocks(), "movable blocks"),
                () -> assertEquals(0, pool.movable().statistics().openPins(), "pins that are open"),
                () -> assertEquals(0, budget.statistics().liveBytes(), "bytes that the budget counts"),
                () -> assertEquals(0, budget.statistics().liveBlocks(), "blocks that the budget counts"));
        pool.trim();
        assertEquals(0, pool.statistics().memory().committedBytes(), "committed when all is given back");
        pool.validateQuiet();
        checkThatItHappened(end);
        budget.close();
    }

    private void checkThatItHappened(PoolStatistics end) {
        MovableStatistics moved = pool.movable().statistics();
        System.out.printf(
                "stress %s: %d recordings of %d events, %s%n", plan, recordings.finished(), recordings.events(), moved);
        assertAll(
                () -> assertTrue(moved.movedBlocks() > 0 && moved.releasedRegions() > 0, "nothing was moved"),
                () -> assertTrue(moved.ownCompactions() > 0, "no compaction was due"),
                () -> assertTrue(recordings.finished() > 0 && recordings.events() > 0, "nothing was recorded"),
                () -> assertTrue(end.steals() > 0 || pins.count() < 2, "nothing was stolen"),
                () -> assertTrue(end.defragmentation().requests() > 0 && reclaimed > 0, "no defragmentation"),
                () -> assertTrue(end.defragmentation().runs() > end.defragmentation().requests(), "none was due"),
                () -> assertEquals(0, end.defragmentation().failures(), "steps that failed"),
                () -> assertTrue(end.defragmentation().alive(), "the worker is dead"),
                () -> assertTrue(end.reclaims() > 0, "nothing was reclaimed"),
                () -> assertTrue(end.failures() > 0, "nothing was refused"),
                () -> assertTrue(end.pressureCalls() > 0, "no callback was called"),
                () -> assertTrue(end.waits() > 0, "nobody waited"),
                () -> assertTrue(budget.statistics().refusals() > 0, "the budget refused nothing"),
                () -> assertTrue(end.blocks() > 0 && end.cells() > 0, "no block or no cell was served"),
                () -> assertTrue(generations.get() > 2 * PLATFORM_THREADS, "no thread ended"),
                () -> assertTrue(mostQueued > 0 || !plan.hasCaches() || pins.count() < 2,
                        "no cell was on its way to another arena"),
                () -> assertTrue(mostCaches > 1, "no cache but one"),
                () -> assertTrue(end.refills() > 0 || !plan.hasCaches(), "no cache was refilled"));
    }
}
