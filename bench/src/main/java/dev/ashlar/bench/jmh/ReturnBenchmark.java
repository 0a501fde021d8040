package dev.ashlar.bench.jmh;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.ashlar.DefragReport;
import dev.ashlar.arenas.MemoryPool;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to take pending cells back to their slabs, and empty slabs back to free blocks: a defragmentation of what 640 ended threads left in their caches, about a
 * million cells of up to 1 KiB. {@code takeBack} divided by its counter {@code cells} is to be compared with {@code pairs} divided by its own. The pool is a portable one: there
 * are no pages to give back in the same time.
 *
 * <p>About 3 minutes: {@code ./ashlar jmh ReturnBenchmark}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 40)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class ReturnBenchmark {
    private static final long LARGEST_BYTES = 1024;
    private static final long STEP_BYTES = 16;
    private static final int PAIRS = 1 << 20;

    /** Caches of threads that have ended. */
    @State(Scope.Benchmark)
    public static class Caches {
        private static final int THREADS = 640;

        /** Twice as many as a cache keeps of a class. */
        private static final int CELLS_EACH = 128;

        private final MemoryPool pool = MemoryPool.builder()
                .name("return")
                .capacity(2L << 30)
                .cacheLimit(1L << 30)
                .cachesLimit(1L << 30)
                .reclaimPeriod(Duration.ofDays(1))
                .portable(true)
                .build();

        /** Fills them. */
        @Setup(Level.Invocation)
        public void fill() throws InterruptedException {
            for (int i = 0; i < THREADS; i++) {
                Thread thread = new Thread(this::fillOne);
                thread.start();
                thread.join();
            }
        }

        private void fillOne() {
            long[] cells = new long[CELLS_EACH];
            for (long bytes = STEP_BYTES; bytes <= LARGEST_BYTES; bytes += STEP_BYTES) {
                for (int i = 0; i < CELLS_EACH; i++) {
                    cells[i] = pool.allocateAddress(bytes);
                }
                for (long cell : cells) {
                    pool.freeAddress(cell);
                }
            }
        }

        /** So that each invocation begins alike. */
        @TearDown(Level.Invocation)
        public void empty() {
            pool.defragment().join();
        }

        /** Closes the pool. */
        @TearDown(Level.Trial)
        public void close() {
            pool.close();
        }
    }

    /** How many cells it was about. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cells {
        /** In the invocations of an iteration. */
        public long cells;
    }

    /** All of them. */
    @Benchmark
    public DefragReport takeBack(Caches caches, Cells counts) {
        counts.cells += caches.pool.statistics().memory().pendingBlocks();
        return caches.pool.defragment().join();
    }

    /** A pool whose one cache has room: where ended threads' caches have all that caches may have, pairs would go to the slabs. */
    @State(Scope.Benchmark)
    public static class Own {
        private final MemoryPool pool =
                MemoryPool.builder().name("pairs").capacity(64L << 20).reclaimPeriod(Duration.ofDays(1)).build();

        /** Closes the pool. */
        @TearDown(Level.Trial)
        public void close() {
            pool.close();
        }
    }

    /** As many allocations and frees of a cell, each free of what was allocated last. */
    @Benchmark
    public long pairs(Own own, Cells counts) {
        MemoryPool pool = own.pool;
        long last = 0;
        for (int i = 0; i < PAIRS; i++) {
            last = pool.allocateAddress(i * STEP_BYTES & (LARGEST_BYTES - 1));
            pool.freeAddress(last);
        }
        counts.cells += PAIRS;
        return last;
    }
}
