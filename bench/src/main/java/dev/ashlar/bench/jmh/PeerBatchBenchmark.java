package dev.ashlar.bench.jmh;

import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Worker;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 1,000 blocks of 64 bytes, allocated, written, and freed in an order: the cost of one of them.
 *
 * <p>About 2 minutes with {@code ./ashlar jmh PeerBatchBenchmark.oneThread -p allocator=HEAP,MALLOC}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(PeerBatchBenchmark.BLOCKS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class PeerBatchBenchmark {
    static final int BLOCKS = 1000;

    private static final long BYTES = 64;
    private static final long SEED = 20_250_916;

    /** The order in which blocks are freed. */
    public enum Order {
        /** First in, first out. */
        FIFO,
        /** Last in, first out. */
        LIFO,
        /** One permutation, always the same. */
        RANDOM;

        int[] slots() {
            int[] slots = new int[BLOCKS];
            Random random = new Random(SEED);
            for (int i = 0; i < BLOCKS; i++) {
                int other = this == RANDOM ? random.nextInt(i + 1) : i;
                slots[i] = slots[other];
                slots[other] = this == LIFO ? BLOCKS - 1 - i : i;
            }
            return slots;
        }
    }

    /** A thread's slots. */
    @State(Scope.Thread)
    public static class Batch {
        /** Of the frees. */
        @Param
        public Order order;

        Blocks blocks;
        Worker worker;
        int[] slots;

        /** Opens the thread's worker. */
        @Setup(Level.Trial)
        public void setUp(PeerState state) {
            blocks = state.peer.newBlocks(BLOCKS);
            worker = state.peer.newWorker();
            slots = order.slots();
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void tearDown() {
            worker.close();
        }

        Blocks turn() {
            for (int slot = 0; slot < BLOCKS; slot++) {
                worker.allocate(blocks, slot, BYTES);
                blocks.writeByte(slot, 0, (byte) 1);
            }
            for (int slot : slots) {
                worker.free(blocks, slot);
            }
            return blocks;
        }
    }

    /** By one thread. */
    @Benchmark
    @Threads(1)
    public Blocks oneThread(PeerState state, Batch batch) {
        return batch.turn();
    }

    /** By two threads at once, each with blocks of its own. */
    @Benchmark
    @Threads(2)
    public Blocks twoThreads(PeerState state, Batch batch) {
        return batch.turn();
    }
}
