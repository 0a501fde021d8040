package dev.ashlar.bench.jmh;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Threading;
import dev.ashlar.bench.peer.Worker;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Control;

/**
 * One thread allocates blocks of 64 bytes, another frees them: a ring of slots between the two. The time is that of one block in
 * either thread, with what it takes to hand it over.
 *
 * <p>About 1 minute with {@code ./ashlar jmh PeerHandOverBenchmark -p allocator=MALLOC,NULL}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class PeerHandOverBenchmark {
    private static final int SLOTS = 1 << 12;
    private static final long BYTES = 64;

    /** The ring: slots from {@code freed} to {@code allocated} are full. What is left in it goes with the fork. */
    @State(Scope.Group)
    public static class Ring {
        final AtomicLong allocated = new AtomicLong();
        final AtomicLong freed = new AtomicLong();
        Blocks blocks;

        /** Makes the slots. */
        @Setup(Level.Trial)
        public void setUp(PeerState state) {
            if (state.allocator.threading() != Threading.ANY) {
                throw new IllegalStateException(state.allocator.displayName()
                        + ": frees by another thread (expected: an allocator that allows them)");
            }
            blocks = state.peer.newBlocks(SLOTS);
        }
    }

    /** A thread's worker. */
    @State(Scope.Thread)
    public static class Own {
        Worker worker;

        /** Opens it. */
        @Setup(Level.Trial)
        public void setUp(PeerState state) {
            worker = state.peer.newWorker();
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void tearDown() {
            worker.close();
        }
    }

    /** Allocates into the ring when there is room. */
    @Benchmark
    @Group("handOver")
    @GroupThreads(1)
    public void produce(PeerState state, Ring ring, Own own, Control control) {
        long next = ring.allocated.getPlain();
        while (next - ring.freed.getAcquire() >= SLOTS) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
        }
        int slot = (int) (next % SLOTS);
        own.worker.allocate(ring.blocks, slot, BYTES);
        ring.blocks.writeByte(slot, 0, (byte) 1);
        ring.allocated.setRelease(next + 1);
    }

    /** Frees from the ring when there is something. */
    @Benchmark
    @Group("handOver")
    @GroupThreads(1)
    public void consume(PeerState state, Ring ring, Own own, Control control) {
        long next = ring.freed.getPlain();
        while (next >= ring.allocated.getAcquire()) {
            if (control.stopMeasurement) {
                return;
            }
            Thread.onSpinWait();
        }
        own.worker.free(ring.blocks, (int) (next % SLOTS));
        ring.freed.setRelease(next + 1);
    }
}
