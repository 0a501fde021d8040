package dev.ashlar.metrics;

import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

import dev.ashlar.spill.SpillException;
import dev.ashlar.spill.SpillStatistics;
import dev.ashlar.spill.SpillStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The meters of a spill file, or a set of them: {@code ashlar.spill.*}, with the tag {@code spill}, its name. They are read when the registry is, each in O(1), or in O(volumes)
 * for a set. The store is held weakly: once it is collected gauges say nothing, and counters stay. Thread-safe.
 */
public final class SpillMetrics implements MeterBinder {
    private static final String BYTES = "bytes";
    private static final String BLOCKS = "blocks";

    private final SpillStore store;
    private final Tags tags;

    /**
     * Meters that are not in any registry yet.
     *
     * @param tags that each has besides {@code spill}
     */
    public SpillMetrics(SpillStore store, Iterable<Tag> tags) {
        this.store = Objects.requireNonNull(store, "store");
        this.tags = Tags.of(tags).and("spill", store.name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "ashlar.spill.live", BYTES, "Contents that tokens stand for", SpillStatistics::liveBytes);
        gauge(registry, "ashlar.spill.live.blocks", BLOCKS, "Tokens that stand for contents",
                SpillStatistics::liveBlocks);
        gauge(registry, "ashlar.spill.used", BYTES, "Of the files, that contents lie in", SpillStatistics::usedBytes);
        gauge(registry, "ashlar.spill.free", BYTES, "Free in the files, up to their ends; of a set, up to its limits",
                SpillStatistics::freeBytes);
        gauge(registry, "ashlar.spill.free.largest", BYTES, "Free in one piece", SpillStatistics::largestFreeBytes);
        gauge(registry, "ashlar.spill.fragmentation", "ratio", "1 - largest free extent / free: 0 to 1",
                SpillStatistics::fragmentation);
        gauge(registry, "ashlar.spill.file", BYTES, "Length of the files, at most", SpillStatistics::fileBytes);
        gauge(registry, "ashlar.spill.limit", BYTES, "That the files may have", SpillStatistics::limitBytes);
        gauge(registry, "ashlar.spill.in.flight", "operations", "Operations under way", SpillStatistics::inFlight);
        gauge(registry, "ashlar.spill.in.flight.bytes", BYTES, "Of operations under way",
                SpillStatistics::inFlightBytes);
        counter(registry, "ashlar.spill.spilled", BYTES, "Contents that were written", SpillStatistics::spilledBytes);
        counter(registry, "ashlar.spill.spilled.blocks", BLOCKS, "Blocks that were written",
                SpillStatistics::spilledBlocks);
        counter(registry, "ashlar.spill.restored", BYTES, "Contents that were read and given up",
                SpillStatistics::restoredBytes);
        counter(registry, "ashlar.spill.restored.blocks", BLOCKS, "Blocks that were read and given up",
                SpillStatistics::restoredBlocks);
        counter(registry, "ashlar.spill.read", BYTES, "Contents that were read and kept", SpillStatistics::readBytes);
        counter(registry, "ashlar.spill.read.blocks", BLOCKS, "Blocks that were read and kept",
                SpillStatistics::readBlocks);
        counter(registry, "ashlar.spill.discarded.blocks", BLOCKS, "Blocks that were given up unread",
                SpillStatistics::discardedBlocks);
        for (SpillException.Kind kind : SpillException.Kind.values()) {
            add(registry, "ashlar.spill.failures", "failures", "Operations that failed, by what stood in the way",
                    now -> now.failures().getOrDefault(kind, 0L),
                    tags.and("kind", kind.name().toLowerCase(Locale.ROOT)));
        }
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<SpillStatistics> value) {
        ToDoubleFunction<SpillStore> ofStore = live -> value.applyAsDouble(live.statistics());
        Gauge.builder(name, store, ofStore).tags(tags).baseUnit(unit).description(description).register(registry);
    }

    private void counter(
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<SpillStatistics> value) {
        add(registry, name, unit, description, value, tags);
    }

    private void add(
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<SpillStatistics> value,
            Tags all) {
        ToDoubleFunction<SpillStore> ofStore = live -> value.applyAsDouble(live.statistics());
        FunctionCounter.builder(name, store, ofStore)
                .tags(all)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }
}
