package dev.ashlar.bench.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.spill.SpillException;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillStore;
import dev.ashlar.spill.Spiller;
import org.jspecify.annotations.Nullable;

/**
 * Threads that use a pool as an engine does, until they are stopped.
 *
 * <p>What they do follows from the seed; in which order threads come, and so what is refused and spilled, from time as well. They keep some three quarters of the pool
 * live, whatever its capacity (16 MiB or more make sense), and pages of one and a half times its capacity, the rest of which are on disk. Each thread rests after
 * each step, so that all together take about the share of a core that is set.
 *
 * <p>Thread-safe. At its end nothing is left in the pool.
 */
public final class DemoWorkload implements AutoCloseable {
    private static final long MIN_REST_NANOS = 200_000;
    private static final long VIRTUAL_REST_MILLIS = 20;
    private static final int PAGES = 96;
    private static final int STEPS_A_WAVE = 16;
    private static final int STEPS_A_DEFRAGMENTATION = 64;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final MemoryPool pool;
    private final DemoSettings settings;
    private final SpillFile spill;
    private final Spiller spiller;
    private final Budget queries;
    private final Budget joins;
    private final DemoCounters counters = new DemoCounters();
    private final Wave.Handover handover = new Wave.Handover(new ConcurrentLinkedQueue<>(), new AtomicInteger());
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final List<Thread> workers = new ArrayList<>();
    private final List<Thread> others = new ArrayList<>();

    // Guarded by this object's monitor.
    private boolean ended;

    private DemoWorkload(MemoryPool pool, DemoSettings settings) throws IOException {
        this.pool = pool;
        this.settings = settings;
        Path file = settings.directory().resolve("demo-" + ProcessHandle.current().pid() + "-"
                + Long.toUnsignedString(System.nanoTime(), Character.MAX_RADIX) + ".spill");
        spill = SpillFile.builder(file).name(pool.name()).limit(4 * pool.capacity()).build();
        boolean done = false;
        try {
            queries = pool.openBudget("queries", pool.capacity() / 4);
            joins = queries.openBudget("joins", queries.limit());
            spiller = Spiller.register(pool, spill, 0);
            done = true;
        } finally {
            if (!done) {
                spill.close();
            }
        }
    }

    /**
     * Begins.
     *
     * @param pool with room for some pages besides: 16 MiB or more
     * @throws IOException if the spill file can't be made
     * @throws IllegalStateException if the pool is closed
     */
    public static DemoWorkload start(MemoryPool pool, DemoSettings settings) throws IOException {
        DemoWorkload workload = new DemoWorkload(pool, settings);
        workload.startThreads();
        return workload;
    }

    private void startThreads() {
        SplittableRandom random = new SplittableRandom(settings.seed());
        for (int i = 0; i < settings.workers(); i++) {
            SplittableRandom own = random.split();
            boolean first = i == 0;
            workers.add(Thread.ofPlatform().daemon().name("demo-worker-" + i)
                    .unstarted(() -> guard(() -> work(own, first))));
        }
        for (int i = 0; i < settings.virtualThreads(); i++) {
            SplittableRandom own = random.split();
            others.add(Thread.ofVirtual().name("demo-virtual-" + i).unstarted(() -> guard(() -> runTasks(own))));
        }
        others.add(Thread.ofVirtual().name("demo-clock").unstarted(() -> guard(this::keepTime)));
        workers.forEach(Thread::start);
        others.forEach(Thread::start);
    }

    @FunctionalInterface
    private interface Body {
        void run() throws Exception;
    }

    /** The first failure stops all. */
    private void guard(Body body) {
        try {
            body.run();
        } catch (Throwable e) {
            if (!failure.compareAndSet(null, e)) {
                Throwable first = failure.get();
                if (first != null) {
                    first.addSuppressed(e);
                }
            }
            stopping.countDown();
        }
    }

    /** Looks at the pool until the time is over. */
    private void keepTime() throws InterruptedException {
        Duration duration = settings.duration();
        long start = System.nanoTime();
        long left;
        do {
            counters.look(pool.statistics().memory());
            left = duration == null ? LOOK_NANOS : duration.toNanos() - (System.nanoTime() - start);
        } while (left > 0 && !rest(Math.min(left, LOOK_NANOS)));
        stopping.countDown();
    }

    /** False if the time is over, true if the demo is being stopped. */
    private boolean rest(long nanos) throws InterruptedException {
        return stopping.await(nanos, TimeUnit.NANOSECONDS);
    }

    // A worker

    /** The first does some more than the others: one report at a time, and who defragments. */
    private void work(SplittableRandom random, boolean first) throws Exception {
        List<Part> parts = parts(first);
        try {
            for (long step = 1; step <= settings.steps(); step++) {
                Part part = step % STEPS_A_WAVE == 0 ? parts.getFirst() : parts.get(random.nextInt(parts.size()));
                long start = System.nanoTime();
                step(part, random);
                if (first && step % STEPS_A_DEFRAGMENTATION == 0) {
                    pool.defragment().join();
                }
                long took = System.nanoTime() - start;
                double share = settings.workers() / settings.load();
                if (rest(Math.max(MIN_REST_NANOS, (long) (took * (share - 1))))) {
                    return;
                }
            }
        } finally {
            for (Part part : parts) {
                part.end();
            }
        }
    }

    /** The wave is the first of them. */
    private List<Part> parts(boolean first) {
        long capacity = pool.capacity();
        int count = settings.workers();
        int pageBytes = (int) Math.min(1 << 20, Math.max(4096, capacity / PAGES));
        List<Part> parts = new ArrayList<>();
        parts.add(new Wave(pool, capacity / 16 / count, handover, counters));
        parts.add(new Join(joins, (int) Math.min(20_000, capacity / 1024 / count), counters));
        parts.add(new Sort(pool, (int) Math.min(10_000, capacity / 512 / count), counters));
        parts.add(new Movables(pool, capacity / 12 / count));
        // On average three quarters of a page's bytes each.
        parts.add(new Pages(spiller, (int) (2 * capacity / pageBytes / count), pageBytes));
        if (first) {
            parts.add(new Report(queries, counters));
        }
        if (first && settings.leaks()) {
            parts.add(new Forgetful(pool, counters));
        }
        return parts;
    }

    private void step(Part part, SplittableRandom random) throws SpillException {
        try {
            part.step(random);
        } catch (PoolExhaustedException e) {
            counters.exhausted.increment();
        }
        counters.steps.increment();
    }

    private void runTasks(SplittableRandom random) throws InterruptedException {
        VirtualTask task = new VirtualTask(pool);
        do {
            try {
                task.run(random);
            } catch (PoolExhaustedException e) {
                counters.exhausted.increment();
            }
            counters.tasks.increment();
        } while (!rest(TimeUnit.MILLISECONDS.toNanos(random.nextLong(1, VIRTUAL_REST_MILLIS))));
    }

    // From outside

    /** Where pages go, for who wants to see its figures. */
    public SpillStore spill() {
        return spill;
    }

    /** What was done so far. */
    public DemoStatistics statistics() {
        return counters.statistics(spill.statistics());
    }

    /** Whether it is being stopped: its time is over, or something failed. It holds memory until {@link #close}. */
    public boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /**
     * Waits until all workers have done their steps, or the time is over, or it is stopped.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public void await() throws InterruptedException {
        for (Thread worker : workers) {
            worker.join();
        }
    }

    /** Asks all threads to end, and does not wait. */
    public void stop() {
        stopping.countDown();
    }

    /**
     * Stops, waits for all threads, and gives everything back. Doing so again does nothing.
     *
     * @throws IllegalStateException if something failed: its cause
     */
    @Override
    public synchronized void close() throws IOException {
        if (ended) {
            return;
        }
        ended = true;
        stop();
        boolean interrupted = joinAll(workers);
        interrupted |= joinAll(others);
        guard(this::giveBack);
        spill.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("demo: " + failed, failed);
        }
    }

    private void giveBack() {
        handover.freeAll(pool);
        joins.close();
        queries.close();
        spiller.close();
    }

    /** All of them end soon; an interrupt is kept, and waits. */
    private static boolean joinAll(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        return interrupted;
    }
}
