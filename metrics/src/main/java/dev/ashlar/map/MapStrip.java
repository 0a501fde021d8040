package dev.ashlar.map;

import java.util.List;
import java.util.Objects;

import dev.ashlar.MemoryState;

/**
 * Neighbouring regions on a map, one at least: with columns of equal width if some of them are committed, else without any. Immutable.
 */
public final class MapStrip {
    private final int firstRegion;
    private final int regions;
    private final int committedRegions;
    private final List<Integer> arenas;
    private final StateBytes bytes;

    MapStrip(int firstRegion, int regions, int committedRegions, List<Integer> arenas, StateBytes bytes) {
        this.firstRegion = firstRegion;
        this.regions = regions;
        this.committedRegions = committedRegions;
        this.arenas = List.copyOf(arenas);
        this.bytes = bytes;
    }

    /** The number of the first region. */
    public int firstRegion() {
        return firstRegion;
    }

    /** How many regions the strip stands for. */
    public int regions() {
        return regions;
    }

    /** How many of them are committed. */
    public int committedRegions() {
        return committedRegions;
    }

    /** The numbers of the arenas that have regions here, ascending. */
    public List<Integer> arenas() {
        return arenas;
    }

    /** How many columns there are; 0 if nothing is committed. */
    public int columns() {
        return bytes.columns();
    }

    /**
     * Bytes of a column that are in a state. Those of all states are at most the {@linkplain HeapMap#columnBytes width} of a column, if nobody allocated or freed meanwhile; what is missing is not committed.
     *
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public long bytes(int column, MemoryState state) {
        return bytes.bytes(Objects.checkIndex(column, columns()), state);
    }

    /**
     * How large the blocks and cells are whose bytes in this state are in a column: the mean over the bytes of log2 of the usable size, as a power of two. 0 if there are none;
     * 1 where they are of no block.
     *
     * @throws IndexOutOfBoundsException if there is no such column
     */
    public long meanBlockBytes(int column, MemoryState state) {
        return bytes.meanBlockBytes(Objects.checkIndex(column, columns()), state);
    }

    /** Bytes of the whole strip that are in a state. */
    public long bytes(MemoryState state) {
        return bytes.bytes(state);
    }

    StateBytes stateBytes() {
        return bytes;
    }
}
