package dev.ashlar.bench.jmh;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.ReclaimKind;
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
 * What it costs to take pending cells back to their slabs, and empty slabs back to their regions: a defragmentation of what ended threads left in their caches.
 * {@code cells} says how many cells one did; the time divided by it is to be compared with {@code PeerPairBenchmark}'s pair. Pages are given back outside of the time.
 *
 * <p>About 2 minutes: {@code ./ashlar jmh ReturnBenchmark}.
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 40)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class ReturnBenchmark {
    private static final long CELL_BYTES = 64;

    /** Caches of threads that have ended. */
    @State(Scope.Benchmark)
    public static class Caches {
        private static final int THREADS = 256;
        private static final int CELLS_EACH = 8192;

        /** Their pool; for {@link Cells}. */
        MemoryPool pool = MemoryPool.builder()
                .name("return")
                .capacity(1L << 30)
                .cacheLimit(1L << 30)
                .cachesLimit(1L << 30)
                .reclaimPeriod(Duration.ofDays(1))
                .build();

        /** Fills them. */
        @Setup(Level.Invocation)
        public void fill() throws InterruptedException {
            for (int i = 0; i < THREADS; i++) {
                Thread thread = new Thread(() -> {
                    long[] cells = new long[CELLS_EACH];
                    for (int n = 0; n < CELLS_EACH; n++) {
                        cells[n] = pool.allocateAddress(CELL_BYTES);
                    }
                    for (long cell : cells) {
                        pool.freeAddress(cell);
                    }
                });
                thread.start();
                thread.join();
            }
        }

        /** Gives the pages back, so that each invocation begins alike. */
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

    /** How many cells were taken back. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cells {
        /** In the invocations of an iteration. */
        public long cells;

        /** Bytes of the slabs that merged. */
        public long coalescedBytes;
    }

    /** All of them; ends when as many bytes as are cached have come back, before pages are purged. */
    @Benchmark
    public DefragReport takeBack(Caches caches, Cells counts) {
        long pending = caches.pool.statistics().memory().pendingBytes();
        DefragReport report = caches.pool
                .defragment(DefragOptions.all().upTo(Math.max(1, pending)))
                .join();
        counts.cells += report.bytes(ReclaimKind.RETURNED) / CELL_BYTES;
        counts.coalescedBytes += report.bytes(ReclaimKind.COALESCED);
        return report;
    }
}
