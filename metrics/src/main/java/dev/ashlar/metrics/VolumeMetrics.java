package dev.ashlar.metrics;

import java.util.Objects;
import java.util.function.ToDoubleFunction;

import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.SourceStatus;
import dev.ashlar.space.volume.VolumeSet;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of a set of volumes: {@code ashlar.volumes.*}, with the tag {@code volumes}, its name, and {@code ashlar.volumes.source.*} with {@code source} besides, for each
 * source that is in the set when they are bound; of one that was removed they say nothing. All are in extents. They are read when the registry is, each in
 * O(sources) under the set's lock. The set is held weakly. Thread-safe.
 */
public final class VolumeMetrics implements MeterBinder {
    private static final String EXTENTS = "extents";

    private final VolumeSet<?> set;
    private final Tags tags;

    /**
     * Meters that are not in any registry yet.
     *
     * @param name of the set
     * @param tags that each has besides {@code volumes}
     */
    public VolumeMetrics(VolumeSet<?> set, String name, Iterable<Tag> tags) {
        this.set = Objects.requireNonNull(set, "set");
        this.tags = Tags.of(tags).and("volumes", name);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "ashlar.volumes.used", EXTENTS, "That pieces are on, of all sources", VolumeSet::usedLength);
        gauge(registry, "ashlar.volumes.free", EXTENTS, "Free, of all sources", VolumeSet::freeLength);
        gauge(registry, "ashlar.volumes.fragmentation", "ratio", "1 - sum of the largest free runs / free: 0 to 1",
                VolumeSet::fragmentation);
        gauge(registry, "ashlar.volumes.placements", "placements", "Placements that are live",
                VolumeSet::placementCount);
        for (Source<?> source : set.sources()) {
            bind(registry, source.name());
        }
    }

    private void gauge(
            MeterRegistry registry, String name, String unit, String description,
            ToDoubleFunction<VolumeSet<?>> value) {
        Gauge.builder(name, set, value).tags(tags).baseUnit(unit).description(description).register(registry);
    }

    private void bind(MeterRegistry registry, String source) {
        gauge(registry, source, "capacity", EXTENTS, "Capacity of the source", SourceStatus::capacity);
        gauge(registry, source, "free", EXTENTS, "That no piece is on", SourceStatus::free);
        gauge(registry, source, "free.largest", EXTENTS, "The longest free run", SourceStatus::largestFree);
        gauge(registry, source, "fragmentation", "ratio", "1 - longest free run / free: 0 to 1",
                SourceStatus::fragmentation);
        gauge(registry, source, "pieces", "pieces", "Pieces that are on the source", SourceStatus::pieces);
        gauge(registry, source, "allocatable", "sources", "1 if new pieces may be placed on it, else 0",
                status -> status.isAllocatable() ? 1 : 0);
    }

    private void gauge(
            MeterRegistry registry,
            String source,
            String name,
            String unit,
            String description,
            ToDoubleFunction<SourceStatus> value) {
        ToDoubleFunction<VolumeSet<?>> ofSet = live -> live.status().stream()
                .filter(status -> status.source().equals(source)).mapToDouble(value).findFirst().orElse(Double.NaN);
        Gauge.builder("ashlar.volumes.source." + name, set, ofSet)
                .tags(tags.and("source", source))
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }
}
