package dev.ashlar.map;

import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.MemoryState;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arenas.MemoryPool;

/**
 * Where a pool's memory is and what it is used for: its regions as strips, bytes by state in columns of equal width, and the sizes of what is free. A value: it does not change, and does not hold the pool.
 *
 * <pre>{@code
 *     try (Writer out = Files.newBufferedWriter(Path.of("map.svg"))) {
 *         HeapMap.of(pool).writeSvg(out);
 *     }
 * }</pre>
 *
 * <p>If no thread allocated or freed while it was made, it is exact: {@code bytes} of each state are what {@link #statistics} says.
 *
 * <pre>{@code
 *     sum of bytes(state) over all states, + tableBytes == statistics.memory.committedBytes
 *     LIVE == live    CACHED + QUEUED == pending    FREE + PURGED == free    HEADER == headers
 *     OVERHEAD + WITHHELD + tableBytes == overhead
 * }</pre>
 *
 * <p>Else each region is as it was at its own moment. Memory is O(strips x columns); making one costs what {@link MemoryPool#walkRegions} does.
 */
public final class HeapMap {
    private final String pool;
    private final Instant time;
    private final long regionBytes;
    private final long columnBytes;
    private final FitPolicy policy;
    private final PoolStatistics statistics;
    private final Map<MemoryState, Long> totals;
    private final long tableBytes;
    private final int committedRegions;
    private final List<MapStrip> strips;
    private final List<FreeSizes> freeSizes;

    private HeapMap(MemoryPool pool, MapBuilder walked) {
        this.pool = pool.name();
        time = Instant.now();
        regionBytes = pool.regionSize();
        policy = pool.policy();
        statistics = pool.statistics();
        columnBytes = walked.columnWidth();
        totals = new EnumMap<>(walked.totals());
        tableBytes = walked.tableBytes();
        committedRegions = walked.committedRegions();
        strips = List.copyOf(walked.strips());
        freeSizes = List.copyOf(walked.freeSizes());
    }

    /** The map of a pool, as fine as usual. */
    public static HeapMap of(MemoryPool pool) {
        return of(pool, HeapMapOptions.USUAL);
    }

    /**
     * The map of a pool.
     *
     * @param pool that is open
     * @param options how fine
     * @throws IllegalStateException if the pool is closed
     * @throws HeapCorruptionException if a header of it is damaged
     */
    public static HeapMap of(MemoryPool pool, HeapMapOptions options) {
        MapBuilder builder = new MapBuilder(options, pool.capacity(), pool.regionSize());
        pool.walkRegions(builder);
        return new HeapMap(pool, builder);
    }

    /** The pool's name. */
    public String pool() {
        return pool;
    }

    /** When it was made. */
    public Instant time() {
        return time;
    }

    /** Bytes of a region. */
    public long regionBytes() {
        return regionBytes;
    }

    /** Bytes that one column stands for. */
    public long columnBytes() {
        return columnBytes;
    }

    /** The fit policy that was set. */
    public FitPolicy policy() {
        return policy;
    }

    /** The pool's figures, from directly after the walk. */
    public PoolStatistics statistics() {
        return statistics;
    }

    /** Bytes of all committed regions that are in a state. */
    public long bytes(MemoryState state) {
        return totals.getOrDefault(state, 0L);
    }

    /** Bytes of the tables that are committed with the regions, elsewhere. */
    public long tableBytes() {
        return tableBytes;
    }

    /** Bytes of the regions and tables that are committed. */
    public long committedBytes() {
        return committedRegions * regionBytes + tableBytes;
    }

    /** All regions, in address order: strips with columns, and runs of what is not committed between them. */
    public List<MapStrip> strips() {
        return strips;
    }

    /** The sizes of free blocks and cells, ascending; ranges without any are left out. */
    public List<FreeSizes> freeSizes() {
        return freeSizes;
    }

    /** {@code 1 - largest free block / total free} over partly used regions, 0 to 1. */
    public double fragmentation() {
        return statistics.memory().fragmentation();
    }

    /**
     * Writes one SVG file of less than a MiB, without scripts or references.
     *
     * @throws IOException if the appendable throws it
     */
    public void writeSvg(Appendable out) throws IOException {
        HeapMapSvg.write(this, out);
    }

    /**
     * Writes one HTML page, which needs nothing else: it zooms, and says what is under the pointer or the keys' cursor.
     *
     * @throws IOException if the appendable throws it
     */
    public void writeHtml(Appendable out) throws IOException {
        HeapMapHtml.write(this, out);
    }

    /**
     * Writes what the pages are drawn from, as one JSON object in one line, with no character outside of ASCII and none that means something in HTML. See docs/map.md.
     *
     * @throws IOException if the appendable throws it
     */
    public void writeJson(Appendable out) throws IOException {
        HeapMapJson.write(this, out);
    }
}
