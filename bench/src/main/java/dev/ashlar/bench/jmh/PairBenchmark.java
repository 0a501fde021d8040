package dev.ashlar.bench.jmh;

import java.util.concurrent.TimeUnit;

import dev.ashlar.bench.libc.Malloc;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A 64-byte allocation and a free, by address, among many live blocks of mixed sizes.
 *
 * <p>{@code Pair} frees what it has just allocated: the bare path. {@code Replace} frees a random one of the live blocks and
 * allocates another: each step meets other lines and pages, and neighbours to coalesce with.
 *
 * <p>With the default parameters, both allocators, about 5 minutes: {@code ./ashlar jmh PairBenchmark -prof gc}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class PairBenchmark {
    /** The pair in an Ashlar heap. */
    @Benchmark
    public long ashlarPair(AshlarState state) {
        long address = state.heap.allocateAddress(Population.SMALL_BYTES);
        state.heap.freeAddress(address);
        return address;
    }

    /** The pair in the C library's heap. */
    @Benchmark
    public long mallocPair(MallocState state) {
        long address = Malloc.malloc(Population.SMALL_BYTES);
        Malloc.free(address);
        return address;
    }

    /** The replacement in an Ashlar heap. */
    @Benchmark
    public long ashlarReplace(AshlarState state) {
        int place = state.population.randomPlace();
        state.heap.freeAddress(state.population.addressAt(place));
        long address = state.heap.allocateAddress(Population.SMALL_BYTES);
        state.population.replaceAt(place, address);
        return address;
    }

    /** The replacement in the C library's heap. */
    @Benchmark
    public long mallocReplace(MallocState state) {
        int place = state.population.randomPlace();
        Malloc.free(state.population.addressAt(place));
        long address = Malloc.malloc(Population.SMALL_BYTES);
        state.population.replaceAt(place, address);
        return address;
    }
}
