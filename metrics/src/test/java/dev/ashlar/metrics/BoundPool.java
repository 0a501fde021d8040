package dev.ashlar.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import dev.ashlar.DefragSettings;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MemoryPoolBuilder;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A pool that does nothing by itself, bound to a registry whose figures are always of this moment. */
final class BoundPool implements AutoCloseable {
    static final long MIB = 1 << 20;

    final AtomicLong clock = new AtomicLong();
    final MeterRegistry registry = new SimpleMeterRegistry();
    final MemoryPool pool;
    final AshlarMetrics metrics;

    BoundPool() {
        this(quiet("bound").capacity(16 * MIB).regionSize(MIB).arenas(1).build());
    }

    BoundPool(MemoryPool pool) {
        this.pool = pool;
        metrics = new AshlarMetrics(pool, List.of(Tag.of("service", "test")))
                .withArenas(true)
                .withClock(() -> clock.addAndGet(Duration.ofSeconds(1).toNanos()));
        metrics.bindTo(registry);
    }

    /** A pool whose worker finds nothing due. */
    static MemoryPoolBuilder quiet(String name) {
        return MemoryPool.builder()
                .name(name)
                .reclaimPeriod(Duration.ofDays(1))
                .defragmentation(DefragSettings.ofDefaults().withDecayTime(DefragSettings.NEVER));
    }

    /** Values by name and tags, those that every meter has left out; of timers the count and the total, in seconds. */
    Map<String, Double> values() {
        return values(registry);
    }

    static Map<String, Double> values(MeterRegistry registry) {
        Map<String, Double> values = new TreeMap<>();
        for (Meter meter : List.copyOf(registry.getMeters())) {
            for (Measurement each : meter.measure()) {
                values.put(key(meter) + suffix(meter, each), each.getValue());
            }
        }
        return values;
    }

    private static String suffix(Meter meter, Measurement each) {
        boolean timer = meter.getId().getType() == Meter.Type.TIMER;
        return timer ? "." + each.getStatistic().getTagValueRepresentation() : "";
    }

    static String key(Meter meter) {
        String tags = meter.getId().getTags().stream()
                .filter(tag -> !tag.getKey().equals("pool") && !tag.getKey().equals("service"))
                .map(tag -> tag.getKey() + "=" + tag.getValue())
                .collect(Collectors.joining(","));
        return meter.getId().getName() + (tags.isEmpty() ? "" : "{" + tags + "}");
    }

    double value(String key) {
        Double value = values().get(key);
        if (value == null) {
            throw new AssertionError(key + ": not registered (expected: one of " + values().keySet() + ")");
        }
        return value;
    }

    /** What an action changes, value by value. */
    Change change(Runnable action) {
        Map<String, Double> before = values();
        action.run();
        return new Change(before, values());
    }

    /** Values before and after. */
    record Change(Map<String, Double> before, Map<String, Double> after) {
        double of(String key) {
            return after.getOrDefault(key, Double.NaN) - before.getOrDefault(key, Double.NaN);
        }

        /** These values of the pool's meters moved by so much each, and no other: budgets and arenas are left out, and what only the system knows. */
        void isExactly(Map<String, Long> expected) {
            List<String> wrong = new ArrayList<>();
            for (String key : after.keySet()) {
                if (key.startsWith("ashlar.pool.") && !key.endsWith(".total") && !key.endsWith(".resident")
                        && !key.endsWith("ratio") && !key.equals("ashlar.pool.fragmentation")) {
                    double wanted = expected.getOrDefault(key, 0L);
                    if (of(key) != wanted) {
                        wrong.add("%s: %s (expected: %s)".formatted(key, of(key), wanted));
                    }
                }
            }
            expected.keySet().stream().filter(key -> !after.containsKey(key))
                    .forEach(key -> wrong.add(key + ": missing"));
            assertEquals(List.of(), wrong);
        }
    }

    @Override
    public void close() {
        pool.close();
        registry.close();
    }
}
