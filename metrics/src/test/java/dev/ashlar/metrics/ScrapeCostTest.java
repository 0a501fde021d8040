package dev.ashlar.metrics;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import dev.ashlar.arenas.MemoryPool;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a scrape does, counted. */
class ScrapeCostTest {
    private static final long HEADER = 8;

    @Test
    void scrape_asksThePoolOnce() {
        AtomicLong clock = new AtomicLong();
        try (MemoryPool pool = BoundPool.quiet("a").capacity(64 * BoundPool.MIB).arenas(8).build()) {
            for (int i = 0; i < 10; i++) {
                pool.openBudget("b" + i, 1000);
            }
            PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            AshlarMetrics metrics = new AshlarMetrics(pool, List.of()).withArenas(true).withClock(clock::get);
            metrics.bindTo(registry);
            assertTrue(registry.getMeters().size() > 150);
            for (int scrape = 1; scrape <= 5; scrape++) {
                clock.addAndGet(1_000_000_000);
                long before = metrics.reads();
                registry.scrape();
                assertEquals(1, metrics.reads() - before);
            }
            long before = metrics.reads();
            clock.addAndGet(99_999_999);
            registry.scrape();
            assertEquals(0, metrics.reads() - before);
            clock.addAndGet(1);
            registry.scrape();
            assertEquals(1, metrics.reads() - before);
        }
    }

    /**
     * A scrape looks at no live block, be they 100 or 100,000: it reads what it read before when every one of their headers, and all that they hold, has been
     * overwritten.
     */
    @Test
    void scrape_looksAtNoLiveBlock() {
        AtomicLong clock = new AtomicLong();
        try (MemoryPool pool = BoundPool.quiet("a").capacity(256 * BoundPool.MIB).regionSize(BoundPool.MIB).arenas(64)
                .retained(256 * BoundPool.MIB).build()) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            new AshlarMetrics(pool, List.of())
                    .withArenas(true)
                    .withClock(clock::get)
                    .bindTo(registry);
            List<MemorySegment> windows = windows(pool);
            long[] blocks = new long[100_000];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = pool.allocateAddress(i % 100 == 0 ? 10_000 : 64 + i % 300);
            }
            clock.addAndGet(1_000_000_000);
            Map<String, Double> before = BoundPool.values(registry);
            assertTrue(before.getOrDefault("ashlar.pool.blocks", 0.0) >= blocks.length, before::toString);
            long overwritten = 0;
            for (long block : blocks) {
                overwritten += overwrite(windows, block, pool.usableSize(block)) ? 1 : 0;
            }
            assertTrue(overwritten > 99_000, "overwritten: " + overwritten);
            clock.addAndGet(1_000_000_000);
            Map<String, Double> after = BoundPool.values(registry);
            before.keySet().removeIf(key -> key.endsWith("resident"));
            after.keySet().removeIf(key -> key.endsWith("resident"));
            assertEquals(before, after);
        }
    }

    /** Segments over most of what the pool hands out next: of blocks that are free again. */
    private static List<MemorySegment> windows(MemoryPool pool) {
        List<MemorySegment> windows = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            windows.add(pool.allocate(pool.regionSize() - 1024, 16));
        }
        windows.forEach(pool::free);
        return windows;
    }

    private static boolean overwrite(List<MemorySegment> windows, long block, long usable) {
        for (MemorySegment window : windows) {
            long offset = block - HEADER - window.address();
            if (offset >= 0 && offset + HEADER + usable <= window.byteSize()) {
                window.asSlice(offset, HEADER + usable).fill((byte) 0x5A);
                return true;
            }
        }
        return false;
    }
}
