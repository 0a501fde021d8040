package dev.ashlar.bench.jmh;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragSettings;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableBlocks;
import dev.ashlar.arenas.MovableHandle;
import dev.ashlar.arenas.Pin;
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
 * Movable blocks: a pin and an unpin in each form, an allocation and a free, and a whole pass over 64 MiB of which a random 90 % was freed.
 *
 * <p>About 2 minutes: {@code ./ashlar jmh MovableBenchmark -prof gc}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class MovableBenchmark {
    private static final int BLOCK_BYTES = 256;

    /** A pool with one movable block. */
    @State(Scope.Thread)
    public static class One {
        MemoryPool pool;
        MovableBlocks movable;
        MovableHandle handle;
        long number;

        /** Makes both. */
        @Setup(Level.Trial)
        public void setUp() {
            pool = MemoryPool.builder().name("benchmark").capacity(64 << 20).build();
            movable = pool.movable();
            handle = pool.allocateMovable(BLOCK_BYTES);
            number = handle.number();
        }

        /** Gives the pool back. */
        @TearDown(Level.Trial)
        public void tearDown() {
            pool.close();
        }
    }

    /** A fragmented pool for each invocation. */
    @State(Scope.Thread)
    public static class Fragmented {
        private static final int BLOCKS = 65_536;
        private static final int MEAN_BYTES = 1024;
        private static final double FREED = 0.9;

        MemoryPool pool;

        /** Fills it, and frees most of that. */
        @Setup(Level.Invocation)
        public void setUp() {
            pool = MemoryPool.builder()
                    .name("benchmark")
                    .capacity(256 << 20)
                    .regionSize(1 << 22)
                    .defragmentation(DefragSettings.ofDefaults().withCompaction(CompactionSettings.never()))
                    .build();
            SplittableRandom random = new SplittableRandom(1);
            long[] blocks = new long[BLOCKS];
            for (int i = 0; i < BLOCKS; i++) {
                blocks[i] = pool.movable().allocate(random.nextLong(2 * MEAN_BYTES));
            }
            for (long block : blocks) {
                if (random.nextDouble() < FREED) {
                    pool.movable().free(block);
                }
            }
        }

        /** Gives the pool back. */
        @TearDown(Level.Invocation)
        public void tearDown() {
            pool.close();
        }
    }

    /** By address. */
    @Benchmark
    public long pinAddress(One state) {
        long address = state.movable.pinAddress(state.number);
        state.movable.unpin(state.number);
        return address;
    }

    /** With a segment in the pool's scope. */
    @Benchmark
    public long pinSegment(One state) {
        try (Pin pin = state.handle.pin()) {
            return pin.segment().address();
        }
    }

    /** With a segment in a scope of its own. */
    @Benchmark
    public long pinConfined(One state) {
        try (Pin pin = state.handle.pinConfined()) {
            return pin.segment().address();
        }
    }

    /** A block of 256 bytes. */
    @Benchmark
    public long allocateAndFree(One state) {
        long block = state.movable.allocate(BLOCK_BYTES);
        state.movable.free(block);
        return block;
    }

    /** All that there is to do. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    @Warmup(iterations = 5)
    @Measurement(iterations = 10)
    public CompactionReport compact(Fragmented state) {
        return state.pool.movable().compact();
    }
}
