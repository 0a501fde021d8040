package dev.ashlar.bench.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.metrics.AshlarMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
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
 * What meters cost who allocates: a 64-byte pair by address of a pool without any, and of one whose meters, those of the arenas too, another thread scrapes 10 times
 * a second in Prometheus' format.
 *
 * <p>About a minute: {@code ./ashlar jmh MetricsBenchmark}; with {@code -t 2} for two threads.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"})
@State(Scope.Benchmark)
public class MetricsBenchmark {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Whether the pool has meters. */
    public enum Meters {
        /** It has none. */
        NONE,

        /** They are scraped. */
        SCRAPED
    }

    /** Whether the pool has meters. */
    @Param
    public Meters meters = Meters.NONE;

    private final MemoryPool pool =
            MemoryPool.builder().name("benchmark").capacity(64 << 20).build();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile boolean stopped;
    private long scrapes;
    private @Nullable Thread scraper;

    /** Binds, and begins to scrape. */
    @Setup(Level.Trial)
    public void open() {
        if (meters == Meters.SCRAPED) {
            new AshlarMetrics(pool, List.of()).withArenas(true).bindTo(registry);
            scraper = Thread.ofPlatform().daemon().start(this::scrape);
        }
    }

    private void scrape() {
        while (!stopped) {
            if (!registry.scrape().contains("ashlar_pool_memory_live_bytes")) {
                throw new IllegalStateException("scrape: no live bytes (expected: the pool's)");
            }
            scrapes++;
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    /** Ends both, and sees to it that there were scrapes. */
    @TearDown(Level.Trial)
    public void close() throws InterruptedException {
        stopped = true;
        Thread started = scraper;
        if (started != null) {
            started.join();
            if (scrapes == 0) {
                throw new IllegalStateException("scrapes: 0 (expected: 10 a second)");
            }
        }
        pool.close();
    }

    /** The pair. */
    @Benchmark
    public long pair() {
        long address = pool.allocateAddress(Population.SMALL_BYTES);
        pool.freeAddress(address);
        return address;
    }
}
