package dev.ashlar.bench.jmh;

import java.util.concurrent.TimeUnit;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Worker;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An allocation, a write and a free through the interface of all peers.
 *
 * <p>About 2 minutes with {@code ./ashlar jmh PeerPairBenchmark -p byteSize=64 -p allocator=HEAP,MALLOC,NULL}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class PeerPairBenchmark {
    /** A thread's slot. */
    @State(Scope.Thread)
    public static class Slot {
        /** Of the block. */
        @Param({"16", "64", "512", "4096", "65536"})
        public long byteSize;

        Blocks blocks;
        Worker worker;

        /** Opens the thread's worker. */
        @Setup(Level.Trial)
        public void setUp(PeerState state) {
            blocks = state.peer.newBlocks(1);
            worker = state.peer.newWorker();
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void tearDown() {
            worker.close();
        }

        Blocks pair() {
            worker.allocate(blocks, 0, byteSize);
            blocks.writeByte(0, 0, (byte) 1);
            worker.free(blocks, 0);
            return blocks;
        }
    }

    /** By one thread. */
    @Benchmark
    @Threads(1)
    public Blocks oneThread(PeerState state, Slot slot) {
        return slot.pair();
    }

    /** By two threads at once, each with blocks of its own. */
    @Benchmark
    @Threads(2)
    public Blocks twoThreads(PeerState state, Slot slot) {
        return slot.pair();
    }
}
