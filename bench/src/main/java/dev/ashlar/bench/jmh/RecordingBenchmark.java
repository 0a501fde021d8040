package dev.ashlar.bench.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.Recording;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What recording a live pool costs: a 64-byte pair by address that is not recorded, that is, and that was until a moment ago.
 *
 * <p>Nothing else is done between two pairs, so with {@code ON} the writer sets the pace. A recording is begun for each iteration, and has room for a few
 * seconds; one that ended before the iteration did makes it fail. About a minute: {@code ./ashlar jmh RecordingBenchmark}; with {@code -t 2} for two threads.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
@State(Scope.Benchmark)
public class RecordingBenchmark {
    private static final long MAX_BYTES = 1L << 30;

    /** Whether the pool is recorded. */
    public enum When {
        /** It has never been. */
        NEVER,

        /** It was, before the iteration. */
        BEFORE,

        /** It is. */
        ON
    }

    /** Whether the pool is recorded. */
    @Param
    public When recording = When.NEVER;

    private @Nullable MemoryPool pool;
    private @Nullable Recording running;

    /** Makes the pool. */
    @Setup(Level.Trial)
    public void open() {
        pool = MemoryPool.builder().name("benchmark").capacity(64 << 20).build();
    }

    /** Begins a recording, and ends it again if it is to be over. */
    @Setup(Level.Iteration)
    public void start() throws IOException {
        if (recording != When.NEVER) {
            Path target = Files.createTempFile("ashlar-", ".atrace.gz");
            Recording started = pool().startRecording(target, MAX_BYTES);
            running = started;
            if (recording == When.BEFORE) {
                pool().freeAddress(pool().allocateAddress(Population.SMALL_BYTES));
                started.close();
            }
        }
    }

    /** Ends it, and sees to it that it had lasted. */
    @TearDown(Level.Iteration)
    public void end() throws IOException {
        Recording started = running;
        if (started != null) {
            boolean lasted = recording == When.BEFORE || started.isRunning();
            started.close();
            Files.deleteIfExists(started.path());
            if (!lasted) {
                throw new IllegalStateException(started + " (expected: running to the iteration's end)");
            }
        }
    }

    /** Gives the pool back. */
    @TearDown(Level.Trial)
    public void close() {
        pool().close();
    }

    private MemoryPool pool() {
        MemoryPool open = pool;
        if (open == null) {
            throw new IllegalStateException("pool: null (expected: made by the setup)");
        }
        return open;
    }

    /** The pair. */
    @Benchmark
    public long pair() {
        MemoryPool shared = pool();
        long address = shared.allocateAddress(Population.SMALL_BYTES);
        shared.freeAddress(address);
        return address;
    }
}
