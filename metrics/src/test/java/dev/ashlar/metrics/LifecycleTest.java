package dev.ashlar.metrics;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Meters come and go with what they are of. */
class LifecycleTest {
    private static final String LIVE = "ashlar.pool.memory.live";

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong clock = new AtomicLong();

    private static MemoryPool pool(String name) {
        return BoundPool.quiet(name).capacity(8 * BoundPool.MIB).regionSize(BoundPool.MIB).arenas(1).build();
    }

    /** With figures that are always of this moment. */
    private void monitor(MemoryPool pool) {
        new AshlarMetrics(pool, List.of()).withClock(() -> clock.addAndGet(1_000_000_000)).bindTo(registry);
    }

    private double live(String pool) {
        return registry.get(LIVE).tag("pool", pool).gauge().value();
    }

    @Test
    void twoPools_haveTheirOwnFigures() {
        try (MemoryPool a = pool("a"); MemoryPool b = pool("b")) {
            monitor(a);
            monitor(b);
            long block = b.allocateAddress(5000);
            assertEquals(0, live("a"));
            assertEquals((double) b.usableSize(block), live("b"));
            Map<String, Long> byName = new TreeMap<>();
            registry.getMeters().forEach(meter -> byName.merge(meter.getId().getName(), 1L, Long::sum));
            byName.forEach((name, count) -> assertEquals(0, count % 2, name));
        }
    }

    @Test
    void closedPool_losesItsMeters() {
        MemoryPool a = pool("a");
        try (MemoryPool b = pool("b")) {
            AshlarMetrics.monitor(registry, a);
            AshlarMetrics.monitor(registry, b);
            int each = registry.getMeters().size() / 2;
            Gauge gauge = registry.get(LIVE).tag("pool", "a").gauge();
            a.close();
            assertTrue(Double.isNaN(gauge.value()));
            assertEquals(each, registry.getMeters().size());
            assertTrue(registry.find(LIVE).tag("pool", "a").meters().isEmpty());
            assertEquals(0, live("b"));
            try (MemoryPool again = pool("a")) {
                AshlarMetrics.monitor(registry, again);
                assertEquals(2 * each, registry.getMeters().size());
                assertEquals(0, live("a"));
            }
        }
    }

    @Test
    void closedPool_isInNoScrapeAfterThat() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        MemoryPool a = pool("a");
        try (MemoryPool b = pool("b")) {
            AshlarMetrics.monitor(prometheus, a);
            AshlarMetrics.monitor(prometheus, b);
            Budget budget = a.openBudget("sort", 1000);
            assertTrue(prometheus.scrape().contains("pool=\"a\""));
            a.close();
            String first = prometheus.scrape();
            assertFalse(first.contains("ashlar_pool_memory_live_bytes{pool=\"a\"} 0"), first);
            String second = prometheus.scrape();
            assertFalse(second.contains("pool=\"a\""), second);
            assertTrue(second.contains("pool=\"b\""), second);
            assertEquals("sort", budget.name());
        }
    }

    @Test
    void closedBinder_takesTheMetersOut() {
        try (MemoryPool pool = pool("a")) {
            pool.openBudget("sort", 1000);
            AshlarMetrics metrics = new AshlarMetrics(pool, Tags.of("k", "v")).withArenas(true);
            MeterRegistry other = new SimpleMeterRegistry();
            metrics.bindTo(registry);
            metrics.bindTo(other);
            assertFalse(registry.getMeters().isEmpty());
            metrics.close();
            assertEquals(List.of(), registry.getMeters());
            assertEquals(List.of(), other.getMeters());
            metrics.close();
            assertFalse(pool.isClosed());
        }
    }

    @Test
    void samePoolNameAndTags_areRefused() {
        try (MemoryPool a = pool("a"); MemoryPool twin = pool("a")) {
            AshlarMetrics.monitor(registry, a);
            int meters = registry.getMeters().size();
            IllegalStateException refused =
                    assertThrows(IllegalStateException.class, () -> AshlarMetrics.monitor(registry, twin));
            assertTrue(String.valueOf(refused.getMessage()).contains("expected: another name, or a tag"),
                    refused::toString);
            assertEquals(meters, registry.getMeters().size());
            AshlarMetrics.monitor(registry, twin, "instance", "2");
        }
    }

    @Test
    void monitor_closedPool_isRefused() {
        MemoryPool pool = pool("a");
        pool.close();
        assertThrows(IllegalStateException.class, () -> AshlarMetrics.monitor(registry, pool));
        assertEquals(List.of(), registry.getMeters());
    }

    @Test
    void monitor_oddTags_areRefused() {
        try (MemoryPool pool = pool("a")) {
            assertThrows(IllegalArgumentException.class, () -> AshlarMetrics.monitor(registry, pool, "key"));
            assertEquals(List.of(), registry.getMeters());
        }
    }

    @Test
    void droppedPool_isNotHeld() {
        WeakReference<MemoryPool> dropped = bindAndDrop();
        for (int i = 0; i < 100 && dropped.get() != null; i++) {
            System.gc();
        }
        assertNull(dropped.get(), "held by its meters");
        Gauge gauge = registry.get(LIVE).gauge();
        assertTrue(Double.isNaN(gauge.value()));
        assertEquals(List.of(), registry.getMeters());
    }

    private WeakReference<MemoryPool> bindAndDrop() {
        MemoryPool pool = pool("dropped");
        new AshlarMetrics(pool, List.of()).withArenas(true).bindTo(registry);
        pool.openBudget("sort", 1000);
        registry.getMeters().forEach(Meter::measure);
        return new WeakReference<>(pool);
    }

    @Test
    void keptRegistry_keepsTheMetersAlive() {
        try (MemoryPool pool = pool("a")) {
            monitor(pool);
            long block = pool.allocateAddress(5000);
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            assertEquals((double) pool.usableSize(block), live("a"));
            assertEquals((double) pool.usableSize(block),
                    registry.get("ashlar.pool.allocated").functionCounter().count());
        }
    }

    @Test
    void budgets_comeAndGo() {
        try (BoundPool bound = new BoundPool()) {
            assertTrue(bound.registry.find("ashlar.budget.live").meters().isEmpty());
            Budget sort = bound.pool.openBudget("sort", 1000);
            Budget join = bound.pool.openBudget("join", 2000);
            bound.values();
            assertEquals(new TreeSet<>(List.of("join", "sort")), budgets(bound));
            sort.close();
            bound.values();
            assertEquals(new TreeSet<>(List.of("join")), budgets(bound));
            join.close();
            bound.values();
            assertEquals(new TreeSet<>(), budgets(bound));
        }
    }

    private static Set<String> budgets(BoundPool bound) {
        TreeSet<String> names = new TreeSet<>();
        bound.registry.find("ashlar.budget.live").meters()
                .forEach(meter -> names.add(String.valueOf(meter.getId().getTag("budget"))));
        return names;
    }

    @Test
    void budgets_ofOneName_countAsOne_andTheirRefusalsNeverFall() {
        try (BoundPool bound = new BoundPool()) {
            Budget one = bound.pool.openBudget("task", 1000);
            Budget two = bound.pool.openBudget("task", 2000);
            refuse(one, 3);
            refuse(two, 2);
            bound.values();
            assertEquals(3000, bound.value("ashlar.budget.limit{budget=task}"));
            assertEquals(5, bound.value("ashlar.budget.refusals{budget=task}"));
            one.close();
            assertEquals(5, bound.value("ashlar.budget.refusals{budget=task}"));
            assertEquals(2000, bound.value("ashlar.budget.limit{budget=task}"));
            refuse(two, 1);
            two.close();
            Budget three = bound.pool.openBudget("task", 10);
            refuse(three, 4);
            assertEquals(9, bound.value("ashlar.budget.refusals{budget=task}"));
        }
    }

    private static void refuse(Budget budget, int times) {
        for (int i = 0; i < times; i++) {
            assertThrows(PoolExhaustedException.class, () -> budget.allocateAddress(5000));
        }
    }

    @Test
    void compositeAndFilteredRegistry_areServed() {
        CompositeMeterRegistry composite = new CompositeMeterRegistry();
        SimpleMeterRegistry part = new SimpleMeterRegistry();
        part.config().meterFilter(MeterFilter.denyNameStartsWith("ashlar.pool.cache"));
        composite.add(part);
        try (MemoryPool pool = pool("a")) {
            AshlarMetrics metrics = AshlarMetrics.monitor(composite, pool);
            assertNotNull(part.find(LIVE).gauge());
            assertNull(part.find("ashlar.pool.caches").gauge());
            metrics.close();
            assertEquals(List.of(), part.getMeters());
        }
    }
}
