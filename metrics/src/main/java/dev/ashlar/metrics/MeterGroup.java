package dev.ashlar.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Meters of one thing, in one registry: a pool, an arena, a budget.
 *
 * <p>The registry keeps this object through the functions of its meters, so it must lead to no pool. Micrometer holds what a function is applied to weakly, and the
 * function itself strongly: each refers to its group.
 *
 * @param <F> figures that they read
 */
final class MeterGroup<F> {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Supplier<@Nullable F> source;

    // Guarded by this object's monitor.
    private final List<Meter> meters = new ArrayList<>();
    private boolean removed;

    /**
     * No meters yet.
     *
     * @param source of figures; null if there are none any more
     */
    MeterGroup(MeterRegistry registry, Tags tags, Supplier<@Nullable F> source) {
        this.registry = registry;
        this.tags = tags;
        this.source = source;
    }

    void gauge(String name, String unit, String description, ToLongFunction<F> value) {
        ratio(name, unit, description, figures -> (double) value.applyAsLong(figures));
    }

    /** A gauge that is no whole number. */
    void ratio(String name, String unit, String description, ToDoubleFunction<F> value) {
        add(Gauge.builder(name, this, group -> group.read(value))
                .strongReference(true)
                .tags(tags)
                .baseUnit(unit)
                .description(description)
                .register(registry));
    }

    private double read(ToDoubleFunction<F> value) {
        F figures = source.get();
        return figures == null ? Double.NaN : value.applyAsDouble(figures);
    }

    /** A counter; {@code moreTags} are keys and values in turn. */
    void counter(String name, String unit, String description, ToLongFunction<F> value, String... moreTags) {
        LongAccumulator most = neverFalling();
        add(FunctionCounter.builder(name, this, group -> (double) count(most, value))
                .tags(tags.and(moreTags))
                .baseUnit(unit)
                .description(description)
                .register(registry));
    }

    /** How often something was done, and how long it took in sum. */
    void timer(String name, String description, ToLongFunction<F> times, ToLongFunction<F> nanos) {
        LongAccumulator mostTimes = neverFalling();
        LongAccumulator mostNanos = neverFalling();
        add(FunctionTimer.builder(
                name,
                this,
                group -> count(mostTimes, times),
                group -> (double) count(mostNanos, nanos),
                TimeUnit.NANOSECONDS)
                .tags(tags)
                .description(description)
                .register(registry));
    }

    /** What is summed up over caches and threads that end meanwhile may waver; a counter that falls would count as begun anew. */
    private static LongAccumulator neverFalling() {
        return new LongAccumulator(Math::max, 0);
    }

    private long count(LongAccumulator most, ToLongFunction<F> value) {
        F figures = source.get();
        if (figures != null) {
            most.accumulate(value.applyAsLong(figures));
        }
        return most.get();
    }

    private void add(Meter meter) {
        if (!keep(meter)) {
            registry.remove(meter);
        }
    }

    private synchronized boolean keep(Meter meter) {
        if (!removed) {
            meters.add(meter);
        }
        return !removed;
    }

    /** Takes all meters out of the registry, and those that are added later. */
    void remove() {
        List<Meter> all;
        synchronized (this) {
            all = List.copyOf(meters);
            meters.clear();
            removed = true;
        }
        all.forEach(registry::remove);
    }
}
