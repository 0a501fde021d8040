package dev.ashlar.bench.jmh;

import java.util.concurrent.TimeUnit;

import dev.ashlar.bench.libc.Malloc;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A buffer that doubles from 64 bytes to 64 KiB and is freed, among live blocks of mixed sizes: the cost of one resize, with its
 * share of the allocation and the free. Where the next block is free it grows in place, else it is copied.
 *
 * <p>About 1 minute with {@code ./ashlar jmh ResizeBenchmark -p live=100000}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
public class ResizeBenchmark {
    private static final long START_BYTES = 64;
    private static final int DOUBLINGS = 10;

    /** In an Ashlar heap. */
    @Benchmark
    @OperationsPerInvocation(DOUBLINGS)
    public long ashlarDoubling(AshlarState state) {
        long address = state.heap.allocateAddress(START_BYTES);
        for (int doubling = 1; doubling <= DOUBLINGS; doubling++) {
            address = state.heap.resizeAddress(address, START_BYTES << doubling);
        }
        state.heap.freeAddress(address);
        return address;
    }

    /** In the C library's heap. */
    @Benchmark
    @OperationsPerInvocation(DOUBLINGS)
    public long mallocDoubling(MallocState state) {
        long address = Malloc.malloc(START_BYTES);
        for (int doubling = 1; doubling <= DOUBLINGS; doubling++) {
            address = Malloc.realloc(address, START_BYTES << doubling);
        }
        Malloc.free(address);
        return address;
    }
}
