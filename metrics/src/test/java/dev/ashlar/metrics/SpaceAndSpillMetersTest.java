package dev.ashlar.metrics;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.SpaceAllocator;
import dev.ashlar.space.volume.Placement;
import dev.ashlar.space.volume.Source;
import dev.ashlar.space.volume.VolumeRequest;
import dev.ashlar.space.volume.VolumeSet;
import dev.ashlar.spill.SpillException;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillToken;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Meters of spaces, sets of volumes and spill: what they say is what is. */
class SpaceAndSpillMetersTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    // Meters hold what they read weakly.
    private final List<Object> held = new ArrayList<>();

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    @Test
    void space_isReadLive() {
        SpaceAllocator space = SpaceAllocator.builder().threadSafe(true).build();
        held.add(space);
        new SpaceMetrics(space, "file", "bytes", Tags.of("service", "s")).bindTo(registry);
        BitmapSpace volume = BitmapSpace.builder(1000).build();
        held.add(volume);
        new SpaceMetrics(volume, "volume", "blocks", Tags.empty()).bindTo(registry);
        long first = space.allocate(100);
        space.allocate(50);
        space.allocate(25);
        space.allocate(1);
        space.free(first, 100);
        space.free(150, 25);
        volume.allocate(10);
        assertEquals(51, gauge("ashlar.space.used", "space", "file", "service", "s"));
        assertEquals(125, gauge("ashlar.space.free", "space", "file"));
        assertEquals(100, gauge("ashlar.space.free.largest", "space", "file"));
        assertEquals(0.2, gauge("ashlar.space.fragmentation", "space", "file"), 1e-9);
        assertEquals(990, gauge("ashlar.space.free", "space", "volume"));
        assertEquals("blocks",
                registry.get("ashlar.space.free").tag("space", "volume").gauge().getId().getBaseUnit());
    }

    @Test
    void volumes_areReadBySource() {
        VolumeSet<String> set = new VolumeSet<>();
        held.add(set);
        set.addSource(Source.of("a", 10, "a"));
        set.addSource(Source.of("b", 20, "b"));
        new VolumeMetrics(set, "disks", Tags.empty()).bindTo(registry);
        Placement placement = set.allocate(VolumeRequest.ofExtents(4).copies(2).build());
        assertEquals(8, gauge("ashlar.volumes.used", "volumes", "disks"));
        assertEquals(22, gauge("ashlar.volumes.free", "volumes", "disks"));
        assertEquals(0, gauge("ashlar.volumes.fragmentation", "volumes", "disks"));
        assertEquals(1, gauge("ashlar.volumes.placements", "volumes", "disks"));
        assertEquals(6, gauge("ashlar.volumes.source.free", "source", "a"));
        assertEquals(16, gauge("ashlar.volumes.source.free.largest", "source", "b"));
        assertEquals(20, gauge("ashlar.volumes.source.capacity", "source", "b"));
        assertEquals(0, gauge("ashlar.volumes.source.fragmentation", "source", "b"));
        assertEquals(1, gauge("ashlar.volumes.source.pieces", "source", "b"));
        assertEquals(1, gauge("ashlar.volumes.source.allocatable", "source", "b"));
        set.setAllocatable("b", false);
        assertEquals(0, gauge("ashlar.volumes.source.allocatable", "source", "b"));
        set.free(placement);
        set.removeSource("b");
        assertTrue(Double.isNaN(gauge("ashlar.volumes.source.free", "source", "b")));
    }

    @Test
    void spill_isReadLive(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("f");
        try (MemoryPool pool = MemoryPool.builder().name("p").capacity(8 << 20).build();
                SpillFile spill = SpillFile.builder(path).name("query").limit(1 << 20).build()) {
            new SpillMetrics(spill, Tags.of("service", "s")).bindTo(registry);
            SpillToken first = spill.spill(pool, pool.allocate(10_000));
            SpillToken second = spill.spill(pool, pool.allocate(5_000));
            SpillToken third = spill.spill(pool, pool.allocate(1));
            assertEquals(15_001, gauge("ashlar.spill.live", "spill", "query", "service", "s"));
            assertEquals(3, gauge("ashlar.spill.live.blocks"));
            assertEquals(6 * 4096, gauge("ashlar.spill.used"));
            assertEquals(6 * 4096, gauge("ashlar.spill.file"));
            assertEquals(1 << 20, gauge("ashlar.spill.limit"));
            spill.discard(second);
            assertEquals(8192, gauge("ashlar.spill.free"));
            assertEquals(8192, gauge("ashlar.spill.free.largest"));
            assertEquals(0, gauge("ashlar.spill.fragmentation"));
            spill.read(first, MemorySegment.ofArray(new byte[10_000]));
            pool.free(spill.restore(first, pool));
            flip(path, 6 * 4096 - 4096);
            assertThrows(SpillException.class, () -> spill.restore(third, pool));
            assertEquals(15_001, counter("ashlar.spill.spilled"));
            assertEquals(3, counter("ashlar.spill.spilled.blocks"));
            assertEquals(10_000, counter("ashlar.spill.restored"));
            assertEquals(1, counter("ashlar.spill.restored.blocks"));
            assertEquals(10_000, counter("ashlar.spill.read"));
            assertEquals(1, counter("ashlar.spill.read.blocks"));
            assertEquals(1, counter("ashlar.spill.discarded.blocks"));
            assertEquals(1, counter("ashlar.spill.failures", "kind", "damaged"));
            assertEquals(0, counter("ashlar.spill.failures", "kind", "full"));
            assertEquals(0, gauge("ashlar.spill.in.flight"));
            assertEquals(0, gauge("ashlar.spill.in.flight.bytes"));
        }
    }

    private static final String GAUGES = """
            ashlar.space.used bytes
            ashlar.space.free bytes
            ashlar.space.free.largest bytes
            ashlar.space.fragmentation ratio
            ashlar.volumes.used extents
            ashlar.volumes.free extents
            ashlar.volumes.fragmentation ratio
            ashlar.volumes.placements placements
            ashlar.volumes.source.capacity extents
            ashlar.volumes.source.free extents
            ashlar.volumes.source.free.largest extents
            ashlar.volumes.source.fragmentation ratio
            ashlar.volumes.source.pieces pieces
            ashlar.volumes.source.allocatable sources
            ashlar.spill.live bytes
            ashlar.spill.live.blocks blocks
            ashlar.spill.used bytes
            ashlar.spill.free bytes
            ashlar.spill.free.largest bytes
            ashlar.spill.fragmentation ratio
            ashlar.spill.file bytes
            ashlar.spill.limit bytes
            ashlar.spill.in.flight operations
            ashlar.spill.in.flight.bytes bytes
            """;
    private static final String COUNTERS = """
            ashlar.spill.spilled bytes
            ashlar.spill.spilled.blocks blocks
            ashlar.spill.restored bytes
            ashlar.spill.restored.blocks blocks
            ashlar.spill.read bytes
            ashlar.spill.read.blocks blocks
            ashlar.spill.discarded.blocks blocks
            ashlar.spill.failures failures
            """;

    @Test
    void bindTo_registersEveryMeterAndNoOther(@TempDir Path directory) throws IOException {
        SpaceAllocator space = SpaceAllocator.builder().threadSafe(true).build();
        VolumeSet<String> set = new VolumeSet<>();
        set.addSource(Source.of("a", 10, "a"));
        try (SpillFile spill = SpillFile.builder(directory.resolve("f")).build()) {
            bindAll(space, set, spill);
            for (Meter meter : registry.getMeters()) {
                String description = String.valueOf(meter.getId().getDescription());
                assertTrue(description.length() > 10 && !description.endsWith("."), meter.getId() + ": " + description);
            }
            assertEquals(GAUGES, lines(Meter.Type.GAUGE, GAUGES));
            assertEquals(COUNTERS, lines(Meter.Type.COUNTER, COUNTERS));
            assertEquals(GAUGES.lines().count() + COUNTERS.lines().count() + SpillException.Kind.values().length - 1,
                    registry.getMeters().size());
        }
        held.add(space);
        held.add(set);
    }

    private void bindAll(SpaceAllocator space, VolumeSet<String> set, SpillFile spill) {
        new SpaceMetrics(space, "file", "bytes", Tags.empty()).bindTo(registry);
        new VolumeMetrics(set, "disks", Tags.empty()).bindTo(registry);
        new SpillMetrics(spill, Tags.empty()).bindTo(registry);
    }

    /** Names and units of what is registered, in the order that is expected. */
    private String lines(Meter.Type type, String expected) {
        return expected.lines()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .map(name -> registry.get(name).meters().iterator().next().getId())
                .filter(id -> id.getType() == type)
                .map(id -> id.getName() + " " + id.getBaseUnit() + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void meters_ofWhatIsDropped_sayNothing() {
        WeakReference<SpaceAllocator> dropped = dropped();
        while (dropped.get() != null) {
            System.gc();
        }
        assertTrue(Double.isNaN(gauge("ashlar.space.used")));
    }

    private WeakReference<SpaceAllocator> dropped() {
        SpaceAllocator space = SpaceAllocator.builder().threadSafe(true).build();
        space.allocate(7);
        new SpaceMetrics(space, "file", "bytes", Tags.empty()).bindTo(registry);
        assertEquals(7, gauge("ashlar.space.used"));
        return new WeakReference<>(space);
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) ~one.get(0)).rewind();
            channel.write(one, position);
        }
    }

    /** Prometheus refuses a name that has other tags, or is of another kind, only by leaving it out. */
    @Test
    void meters_inPrometheus_haveNamesUnitsAndDescriptionsOfTheirOwn(@TempDir Path directory) throws IOException {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        SpaceAllocator space = SpaceAllocator.builder().threadSafe(true).build();
        held.add(space);
        VolumeSet<String> set = new VolumeSet<>();
        held.add(set);
        set.addSource(Source.of("a", 10, "a"));
        try (SpillFile spill = SpillFile.builder(directory.resolve("f")).build()) {
            new SpaceMetrics(space, "file", "bytes", Tags.empty()).bindTo(prometheus);
            new VolumeMetrics(set, "disks", Tags.empty()).bindTo(prometheus);
            new SpillMetrics(spill, Tags.empty()).bindTo(prometheus);
            List<String> scraped = prometheus.scrape().lines().filter(line -> !line.startsWith("#")).toList();
            int meters = prometheus.getMeters().size();
            assertEquals(meters, scraped.size());
            for (Meter meter : prometheus.getMeters()) {
                assertFalse(meter.getId().getDescription() == null, () -> meter.getId() + ": description");
                assertFalse(meter.getId().getBaseUnit() == null, () -> meter.getId() + ": unit");
            }
            TreeMap<String, String> byName = new TreeMap<>();
            scraped.forEach(line -> byName.put(line.substring(0, line.lastIndexOf(' ')), line));
            assertEquals(scraped.size(), byName.size());
            assertTrue(byName.keySet().stream().anyMatch(name -> name.startsWith("ashlar_spill_spilled_bytes_total{")),
                    byName::toString);
            assertTrue(byName.keySet().stream().anyMatch(name -> name.startsWith("ashlar_space_free_bytes{")),
                    byName::toString);
        }
    }
}
