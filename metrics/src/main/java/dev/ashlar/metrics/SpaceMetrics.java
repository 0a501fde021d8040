package dev.ashlar.metrics;

import java.util.Objects;
import java.util.function.ToDoubleFunction;

import dev.ashlar.space.Space;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of a space: {@code ashlar.space.*}, with the tag {@code space}, its name. They are read when the registry is, each in O(1), or in O(levels) for a
 * bitmap. The space is held weakly; once it is collected the meters say nothing. Thread-safe, if the space is: a {@code SpaceAllocator} must have been built so.
 */
public final class SpaceMetrics implements MeterBinder {
    private final Space space;
    private final Tags tags;
    private final String unit;

    /**
     * Meters that are not in any registry yet.
     *
     * @param name of the space
     * @param unit what its lengths count: {@code bytes}, {@code blocks}
     * @param tags that each has besides {@code space}
     */
    public SpaceMetrics(Space space, String name, String unit, Iterable<Tag> tags) {
        this.space = Objects.requireNonNull(space, "space");
        this.tags = Tags.of(tags).and("space", name);
        this.unit = Objects.requireNonNull(unit, "unit");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "ashlar.space.used", unit, "Allocated, in sum", Space::usedLength);
        gauge(registry, "ashlar.space.free", unit, "Free, in sum; of a space that grows, up to its end",
                Space::freeLength);
        gauge(registry, "ashlar.space.free.largest", unit, "Free, in one piece; of a space that grows, below its end",
                Space::largestFree);
        gauge(registry, "ashlar.space.fragmentation", "ratio", "1 - largest free extent / free: 0 to 1",
                Space::fragmentation);
    }

    private void gauge(
            MeterRegistry registry, String name, String baseUnit, String description, ToDoubleFunction<Space> value) {
        Gauge.builder(name, space, value).tags(tags).baseUnit(baseUnit).description(description).register(registry);
    }
}
