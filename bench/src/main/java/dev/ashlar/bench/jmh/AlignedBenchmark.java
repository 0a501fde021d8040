package dev.ashlar.bench.jmh;

import java.util.concurrent.TimeUnit;

import dev.ashlar.bench.libc.Malloc;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * An aligned allocation and its free, among live blocks of mixed sizes.
 *
 * <p>About 2 minutes with {@code ./ashlar jmh AlignedBenchmark -p live=100000}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class AlignedBenchmark {
    private static final long BYTES = 256;

    /** What to align to. */
    @State(Scope.Thread)
    public static class Alignment {
        /** A cache line, and a page. */
        @Param({"64", "4096"})
        public long alignment;
    }

    /** In an Ashlar heap. */
    @Benchmark
    public long ashlarAligned(AshlarState state, Alignment requested) {
        long address = state.heap.allocateAddress(BYTES, requested.alignment);
        state.heap.freeAddress(address);
        return address;
    }

    /** In the C library's heap. */
    @Benchmark
    public long mallocAligned(MallocState state, Alignment requested) {
        long address = Malloc.alignedAlloc(requested.alignment, BYTES);
        Malloc.free(address);
        return address;
    }
}
