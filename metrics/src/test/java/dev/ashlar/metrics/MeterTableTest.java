package dev.ashlar.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.ashlar.arenas.Budget;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static io.micrometer.core.instrument.Meter.Type.COUNTER;
import static io.micrometer.core.instrument.Meter.Type.GAUGE;
import static io.micrometer.core.instrument.Meter.Type.TIMER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which meters there are. */
class MeterTableTest {
    /** A name: its type, its unit, and the tag that tells its meters apart, with that one's values. */
    record Row(String name, Meter.Type type, @Nullable String unit, String tag, List<String> values) {
        Row(String name, Meter.Type type, @Nullable String unit) {
            this(name, type, unit, "", List.of());
        }
    }

    private static Stream<Row> memory() {
        return Stream.of(
                "max", "committed", "live", "pending", "free", "overhead", "retained", "dirty", "resident",
                "free.largest")
                .map(each -> new Row("ashlar.pool.memory." + each, GAUGE, "bytes"));
    }

    private static final List<Row> POOL = Stream.concat(memory(), Stream.of(
            new Row("ashlar.pool.fragmentation", GAUGE, "ratio"),
            new Row("ashlar.pool.blocks", GAUGE, "blocks"),
            new Row("ashlar.pool.allocations", COUNTER, "allocations", "path",
                    List.of("cache", "slab", "steal", "grow", "large")),
            new Row("ashlar.pool.allocation.failures", COUNTER, "failures", "cause",
                    List.of("capacity", "budget", "fragmentation", "operating_system")),
            new Row("ashlar.pool.allocated", COUNTER, "bytes"),
            new Row("ashlar.pool.freed", COUNTER, "bytes"),
            new Row("ashlar.pool.frees", COUNTER, "frees", "path", List.of("local", "remote")),
            new Row("ashlar.pool.steals", COUNTER, "steals"),
            new Row("ashlar.pool.waits", TIMER, "seconds"),
            new Row("ashlar.pool.waiting", GAUGE, "requests"),
            new Row("ashlar.pool.caches", GAUGE, "caches"),
            new Row("ashlar.pool.cache.bytes", GAUGE, "bytes"),
            new Row("ashlar.pool.remote.queued", GAUGE, "bytes"),
            new Row("ashlar.pool.pressure.calls", COUNTER, "calls"),
            new Row("ashlar.pool.pressure.failures", COUNTER, "failures"),
            new Row("ashlar.pool.reclaims", COUNTER, "reclaims"),
            new Row("ashlar.pool.fenced.arenas", GAUGE, "arenas"),
            new Row("ashlar.pool.double.frees", COUNTER, "frees"),
            new Row("ashlar.pool.leaks", COUNTER, "leaks"),
            new Row("ashlar.pool.defragmentation", TIMER, "seconds"),
            new Row("ashlar.pool.defragmentation.reclaimed", COUNTER, "bytes", "kind",
                    List.of("moved", "returned", "coalesced", "purged", "released")),
            new Row("ashlar.pool.defragmentation.failures", COUNTER, "failures"),
            new Row("ashlar.pool.release.failures", COUNTER, "failures"),
            new Row("ashlar.pool.workers", GAUGE, "workers"),
            new Row("ashlar.pool.policy.switches", COUNTER, "switches"),
            new Row("ashlar.pool.compactions", COUNTER, "compactions"),
            new Row("ashlar.pool.own.compactions", COUNTER, "compactions"),
            new Row("ashlar.pool.vain.compactions", COUNTER, "compactions"))).toList();

    private static final List<Row> BUDGET = List.of(
            new Row("ashlar.budget.limit", GAUGE, "bytes"),
            new Row("ashlar.budget.reserved", GAUGE, "bytes"),
            new Row("ashlar.budget.live", GAUGE, "bytes"),
            new Row("ashlar.budget.peak", GAUGE, "bytes"),
            new Row("ashlar.budget.blocks", GAUGE, "blocks"),
            new Row("ashlar.budget.refusals", COUNTER, "refusals"));

    private static final List<Row> ARENA = List.of(
            new Row("ashlar.arena.memory.committed", GAUGE, "bytes"),
            new Row("ashlar.arena.memory.taken", GAUGE, "bytes"),
            new Row("ashlar.arena.memory.queued", GAUGE, "bytes"),
            new Row("ashlar.arena.memory.free", GAUGE, "bytes"),
            new Row("ashlar.arena.memory.overhead", GAUGE, "bytes"),
            new Row("ashlar.arena.memory.free.largest", GAUGE, "bytes"),
            new Row("ashlar.arena.fragmentation", GAUGE, "ratio"),
            new Row("ashlar.arena.regions", GAUGE, "regions"),
            new Row("ashlar.arena.slabs", GAUGE, "slabs"),
            new Row("ashlar.arena.empty.slabs", GAUGE, "slabs"),
            new Row("ashlar.arena.refills", COUNTER, "refills"),
            new Row("ashlar.arena.served.cells", COUNTER, "cells"),
            new Row("ashlar.arena.served.blocks", COUNTER, "blocks"),
            new Row("ashlar.arena.fenced", GAUGE, "arenas"));

    @Test
    void bindTo_registersEveryMeterAndNoOther() {
        try (BoundPool bound = new BoundPool()) {
            Budget budget = bound.pool.openBudget("sort", 1000);
            bound.values();
            Map<String, Row> expected = new HashMap<>();
            POOL.forEach(row -> expected.put(row.name(), row));
            BUDGET.forEach(row -> expected.put(row.name(), with(row, "budget", "sort")));
            ARENA.forEach(row -> expected.put(row.name(), with(row, "arena", "0")));
            assertEquals(expected.keySet(), names(bound));
            expected.values().forEach(row -> check(bound, row));
            budget.close();
        }
    }

    private static Set<String> names(BoundPool bound) {
        return bound.registry.getMeters().stream().map(meter -> meter.getId().getName()).collect(Collectors.toSet());
    }

    private static Row with(Row row, String tag, String value) {
        return new Row(row.name(), row.type(), row.unit(), tag, List.of(value));
    }

    private static void check(BoundPool bound, Row row) {
        List<Meter> meters = List.copyOf(bound.registry.find(row.name()).meters());
        assertEquals(Math.max(1, row.values().size()), meters.size(), row.name());
        for (Meter meter : meters) {
            assertEquals(row.type(), meter.getId().getType(), row.name());
            assertEquals(row.unit(), meter.getId().getBaseUnit(), row.name());
            String description = meter.getId().getDescription();
            assertNotNull(description, row.name());
            assertTrue(description.length() > 10, row.name());
            assertFalse(description.endsWith("."), row.name());
            Set<String> keys = meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet());
            assertEquals(row.tag().isEmpty() ? Set.of("pool", "service") : Set.of("pool", "service", row.tag()), keys,
                    row.name());
            assertEquals("bound", meter.getId().getTag("pool"));
            assertEquals("test", meter.getId().getTag("service"));
        }
        if (!row.tag().isEmpty()) {
            Set<String> values = new HashSet<>();
            meters.forEach(meter -> values.add(String.valueOf(meter.getId().getTag(row.tag()))));
            assertEquals(Set.copyOf(row.values()), values, row.name());
        }
    }

    @Test
    void bindTo_withoutArenasAndBudgets_hasThePoolsOnly() {
        try (BoundPool bound = new BoundPool()) {
            bound.metrics.close();
            bound.pool.openBudget("sort", 1000);
            new AshlarMetrics(bound.pool, List.of()).withBudgets(false).bindTo(bound.registry);
            bound.values();
            assertEquals(POOL.stream().map(Row::name).collect(Collectors.toSet()), names(bound));
        }
    }
}
