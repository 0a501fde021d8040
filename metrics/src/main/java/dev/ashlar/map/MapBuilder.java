package dev.ashlar.map;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.ashlar.MemoryState;
import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;

/**
 * Adds up a walk over regions as it goes.
 *
 * <pre>{@code
 *     a strip stands for regionsEach neighbours, 1 at first, the first a multiple of it
 *     more strips than wanted:  regionsEach doubles; each strip becomes half of one, its columns two to one
 * }</pre>
 *
 * <p>So memory is O(strips x columns), whatever the number of regions, and a pool of which little is committed is shown as finely as a small one.
 */
final class MapBuilder implements RegionVisitor {
    private static final int SIZES = Long.SIZE;

    private final HeapMapOptions options;
    private final long regionBytes;
    private final int regionCount;
    private final Map<MemoryState, Long> totals = new EnumMap<>(MemoryState.class);
    private final long[] freeBlocks = new long[SIZES];
    private final long[] freeBytes = new long[SIZES];
    private TreeMap<Integer, Draft> strips = new TreeMap<>();
    private int regionsEach = 1;
    private long base;
    private long tableBytes;
    private int committedRegions;

    /** log2 of the size of the block whose pieces come. */
    private int log2;

    /** A strip in the making. */
    private static final class Draft {
        final BitSet arenas = new BitSet();
        final StateBytes bytes;
        int committed;

        Draft(int columns) {
            bytes = new StateBytes(columns);
        }
    }

    MapBuilder(HeapMapOptions options, long capacityBytes, long regionBytes) {
        this.options = options;
        this.regionBytes = regionBytes;
        regionCount = Math.toIntExact(capacityBytes / regionBytes);
    }

    @Override
    public void region(int number, long address, long committedTableBytes, RegionState state, int arena) {
        base = address - number * regionBytes;
        log2 = 0;
        tableBytes += committedTableBytes;
        if (state != RegionState.UNCOMMITTED) {
            committedRegions++;
            Draft strip = strip(number);
            strip.committed++;
            if (arena != NO_ARENA) {
                strip.arenas.set(arena);
            }
        }
        if (state == RegionState.RETAINED) {
            log2 = log2(regionBytes);
        }
    }

    @Override
    public void block(long address, long usableBytes, MemoryState state) {
        log2 = log2(usableBytes);
        if (state == MemoryState.FREE) {
            freeBlocks[log2]++;
            freeBytes[log2] += usableBytes;
        }
    }

    private static int log2(long bytes) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, bytes));
    }

    @Override
    public void piece(long address, long bytes, MemoryState state) {
        totals.merge(state, bytes, Long::sum);
        int size = state == MemoryState.OVERHEAD ? 0 : log2;
        long offset = address - base;
        long end = offset + bytes;
        while (offset < end) {
            Draft strip = strip((int) (offset / regionBytes));
            // Behind strip(), which may have made columns wider.
            long columnBytes = columnBytes();
            long columnEnd = Math.min(end, (offset / columnBytes + 1) * columnBytes);
            strip.bytes.add((int) (offset / columnBytes % options.columns()), state, columnEnd - offset, size);
            offset = columnEnd;
        }
    }

    private long columnBytes() {
        return regionBytes / options.columns() * regionsEach;
    }

    private Draft strip(int region) {
        Draft strip = strips.get(region / regionsEach);
        while (strip == null) {
            strips.put(region / regionsEach, new Draft(options.columns()));
            while (strips.size() > options.strips()) {
                joinTwo();
            }
            strip = strips.get(region / regionsEach);
        }
        return strip;
    }

    /** Makes one strip of each two neighbours. */
    private void joinTwo() {
        regionsEach *= 2;
        TreeMap<Integer, Draft> joined = new TreeMap<>();
        strips.forEach((number, finer) -> {
            Draft strip = joined.computeIfAbsent(number / 2, _ -> new Draft(options.columns()));
            strip.bytes.addFrom(finer.bytes, 2, number % 2 * options.columns() / 2);
            strip.arenas.or(finer.arenas);
            strip.committed += finer.committed;
        });
        strips = joined;
    }

    // What became of it

    long columnWidth() {
        return columnBytes();
    }

    long tableBytes() {
        return tableBytes;
    }

    int committedRegions() {
        return committedRegions;
    }

    Map<MemoryState, Long> totals() {
        return totals;
    }

    List<FreeSizes> freeSizes() {
        List<FreeSizes> sizes = new ArrayList<>();
        for (int i = 0; i < SIZES; i++) {
            if (freeBlocks[i] != 0) {
                sizes.add(new FreeSizes(1L << i, freeBlocks[i], freeBytes[i]));
            }
        }
        return sizes;
    }

    /** The strips, and what is not committed between them, in address order. */
    List<MapStrip> strips() {
        List<MapStrip> all = new ArrayList<>();
        int next = 0;
        for (Map.Entry<Integer, Draft> entry : strips.entrySet()) {
            int first = entry.getKey() * regionsEach;
            addUncommitted(all, next, first);
            Draft strip = entry.getValue();
            next = Math.min(first + regionsEach, regionCount);
            int columns = Math.toIntExact(Math.ceilDiv((next - first) * regionBytes, columnBytes()));
            all.add(new MapStrip(
                    first,
                    next - first,
                    strip.committed,
                    strip.arenas.stream().boxed().toList(),
                    columns == options.columns() ? strip.bytes : strip.bytes.first(columns)));
        }
        addUncommitted(all, next, regionCount);
        return all;
    }

    private static void addUncommitted(List<MapStrip> all, int from, int to) {
        if (from < to) {
            all.add(new MapStrip(from, to - from, 0, List.of(), new StateBytes(0)));
        }
    }
}
