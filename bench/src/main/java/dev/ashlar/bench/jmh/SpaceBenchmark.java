package dev.ashlar.bench.jmh;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.Extent;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.SpacePolicy;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Space for files and volumes: what a call costs, among so many extents, or in a volume of 2^32 units.
 *
 * <p>All, about 6 minutes: {@code ./ashlar jmh SpaceBenchmark -prof gc}. The volume takes 540 MiB of Java heap.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class SpaceBenchmark {
    private static final int APPENDS = 1_000_000;
    private static final long SEED = 20_250_916;
    private static final int REQUESTS = 1 << 16;

    /** A million requests behind each other, from an empty space on: the cost of one. */
    @Benchmark
    @OperationsPerInvocation(APPENDS)
    public long append() {
        SpaceAllocator space = SpaceAllocator.builder().policy(SpacePolicy.END_OF_SPACE).build();
        long offset = 0;
        for (int i = 0; i < APPENDS; i++) {
            offset = space.allocate(1 + (i & 4095));
        }
        return offset;
    }

    /** Extents with gaps between them, both of random lengths. */
    @State(Scope.Thread)
    public static class Extents {
        private static final int MAX_LENGTH = 4096;

        /** How many extents are in use; as many gaps are free, but for one. */
        @Param({"1000", "1000000"})
        public int extents;

        private SpaceAllocator space;
        private final long[] offsets = new long[REQUESTS];
        private int next;

        /** Makes the space. */
        @Setup(Level.Trial)
        public void fill() {
            Random random = new Random(SEED);
            space = SpaceAllocator.builder().build();
            long offset = 0;
            for (int i = 0; i < extents; i++) {
                long length = 1L + random.nextInt(MAX_LENGTH);
                space.allocateAt(offset, length);
                offset += length + 1 + random.nextInt(MAX_LENGTH);
            }
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] = random.nextLong(offset);
            }
        }

        long nextOffset() {
            next = (next + 1) & (REQUESTS - 1);
            return offsets[next];
        }
    }

    /** Whether any of 64 at a random place is in use. */
    @Benchmark
    public boolean isAllocated(Extents state) {
        return state.space.isAllocated(state.nextOffset(), 64);
    }

    /** The copy of all extents. For 1,000 of them. */
    @Benchmark
    public List<Extent> extents(Extents state) {
        return state.space.extents();
    }

    /** The copy of all extents, and each of them looked at. For 1,000 of them. */
    @Benchmark
    public long extentsSum(Extents state) {
        long sum = 0;
        for (Extent extent : state.space.extents()) {
            sum += extent.length();
        }
        return sum;
    }

    /** The check of everything. For 1,000 extents. */
    @Benchmark
    public void validate(Extents state) {
        state.space.validate();
    }

    /** Extents with gaps, under a policy. */
    @State(Scope.Thread)
    public static class Fitting extends Extents {
        /** Which extent serves. */
        @Param({"FIRST_FIT", "NEXT_FIT", "BEST_FIT", "WORST_FIT"})
        public SpacePolicy policy;

        private final long[] held = new long[REQUESTS];
        private final int[] lengths = new int[REQUESTS];
        private int place;

        /** Makes the space, and holds some extents that the policy placed. */
        @Setup(Level.Trial)
        public void hold() {
            super.space.setPolicy(policy);
            Random random = new Random(SEED + 1);
            for (int i = 0; i < REQUESTS; i++) {
                lengths[i] = 1 + random.nextInt(Extents.MAX_LENGTH);
                held[i] = super.space.allocate(lengths[i]);
            }
        }
    }

    /** Frees one of 65,536 extents of random lengths, and allocates it again where the policy says. */
    @Benchmark
    public long replace(Fitting state) {
        SpaceAllocator space = ((Extents) state).space;
        int place = state.place;
        state.place = (place + 1) & (REQUESTS - 1);
        space.free(state.held[place], state.lengths[place]);
        long offset = space.allocate(state.lengths[place]);
        state.held[place] = offset;
        return offset;
    }

    /** A volume of 2^32 units, all in use by extents of 1 to 4,096 units, of which a random tenth was freed. */
    @State(Scope.Thread)
    public static class Volume {
        private static final long UNITS = 1L << 32;
        private static final int MAX_UNITS = 4096;

        /** Which units serve. */
        @Param({"FIRST_FIT", "NEXT_FIT", "BEST_FIT"})
        public SpacePolicy policy;

        private BitmapSpace space;
        private long missing;
        private long held = -1;

        /** Fills the volume. */
        @Setup(Level.Trial)
        public void fill() {
            space = BitmapSpace.builder(UNITS).policy(policy).build();
            space.allocateAt(0, UNITS);
            Random random = new Random(SEED);
            for (long offset = 0; offset < UNITS;) {
                long length = Math.min(UNITS - offset, 1 + random.nextInt(MAX_UNITS));
                if (random.nextInt(10) == 0) {
                    space.free(offset, length);
                }
                offset += length;
            }
            missing = space.largestFree() + 1;
        }
    }

    /** Allocates 64 contiguous units, and frees them. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public long volumeHit(Volume state) {
        long offset = state.space.allocate(64);
        state.space.free(offset, 64);
        return offset;
    }

    /** Allocates 64 contiguous units, which stay for one round: nothing is found where the last was. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public long volumeReplace(Volume state) {
        long offset = state.space.allocate(64);
        if (state.held >= 0) {
            state.space.free(state.held, 64);
        }
        state.held = offset;
        return offset;
    }

    /** Looks for one unit more than there is in one piece, in vain. */
    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public long volumeMiss(Volume state) {
        return state.space.tryAllocate(state.missing, 1);
    }
}
