package dev.ashlar.bench.jmh;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.ashlar.DefragReport;
import dev.ashlar.LockSlices;
import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Batches of 100 allocations and 100 frees of 64 bytes, while another thread frees and allocates blocks of mixed sizes, with and without a continuous
 * defragmentation: their p99.9 is to be compared. The lock slices of the worker are printed at the end of each fork.
 *
 * <p>About 2 minutes: {@code ./ashlar jmh UnderDefragBenchmark}.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class UnderDefragBenchmark {
    private static final int BATCH = 100;
    private static final long CELL_BYTES = 64;

    /** A pool, who makes it fragmented, and who defragments it. */
    @State(Scope.Benchmark)
    public static class Busy {
        private static final int BLOCKS = 4000;
        private static final int LARGEST = 60_000;
        private static final double NANOS_PER_MICRO = 1000;

        /** Whether to. */
        @Param({"false", "true"})
        public boolean defragment;

        private final MemoryPool pool =
                MemoryPool.builder().name("busy").capacity(1L << 30).build();
        private final long[] batch = new long[BATCH];
        private volatile boolean stopped;
        private long runs;
        private LockSlices slices = LockSlices.NONE;
        private @Nullable Thread churn;
        private @Nullable Thread care;

        /** Starts both. */
        @Setup
        public void start() {
            churn = Thread.ofPlatform().daemon().start(this::churn);
            if (defragment) {
                care = Thread.ofPlatform().daemon().start(() -> {
                    while (!stopped) {
                        DefragReport report = pool.defragment().join();
                        runs++;
                        slices = slices.plus(report.locks());
                    }
                });
            }
        }

        private void churn() {
            SplittableRandom random = new SplittableRandom(1);
            long[] blocks = new long[BLOCKS];
            while (!stopped) {
                int place = random.nextInt(BLOCKS);
                if (blocks[place] != 0) {
                    pool.freeAddress(blocks[place]);
                }
                blocks[place] = pool.allocateAddress(random.nextLong(LARGEST));
            }
        }

        /** Stops them, and prints the slices. */
        @TearDown
        public void stop() throws InterruptedException {
            stopped = true;
            for (Thread thread : new @Nullable Thread[] {churn, care}) {
                if (thread != null) {
                    thread.join();
                }
            }
            if (defragment) {
                print();
            }
            pool.close();
        }

        /** How long the worker had arenas' locks: the share of its slices below each power of two. */
        private void print() {
            System.out.printf(
                    "%n%d defragmentations, %d lock slices: %.4f %% under twice the setting, the longest %.0f us%n",
                    runs,
                    slices.count(),
                    100.0 * (slices.count() - slices.overTwice()) / slices.count(),
                    slices.longestNanos() / NANOS_PER_MICRO);
            long below = 0;
            for (int i = 0; i < slices.byLog2().size(); i++) {
                below += slices.byLog2().get(i);
                if (below > 0) {
                    double micros = (2L << i) / NANOS_PER_MICRO;
                    System.out.printf("    below %12.3f us: %8.4f %%%n", micros, 100.0 * below / slices.count());
                }
            }
        }
    }

    /** A batch. */
    @Benchmark
    public void batchOf100Pairs(Busy busy) {
        for (int i = 0; i < BATCH; i++) {
            busy.batch[i] = busy.pool.allocateAddress(CELL_BYTES);
        }
        for (int i = 0; i < BATCH; i++) {
            busy.pool.freeAddress(busy.batch[i]);
        }
    }
}
