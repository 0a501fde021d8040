package dev.ashlar.arena;

import java.util.Arrays;

import dev.ashlar.block.SizeClasses;
import dev.ashlar.slab.SlabTable;

/** Cells that came back to an arena while it is fenced: put back when it has recovered. Guarded by the arena's lock. */
final class StrandedCells {
    private final SlabTable table;
    private long[] cells = new long[0];
    private int count;

    StrandedCells(SlabTable table) {
        this.table = table;
    }

    void add(long cell) {
        if (count == cells.length) {
            cells = Arrays.copyOf(cells, Math.max(CellBatch.CAPACITY, 2 * count));
        }
        cells[count++] = cell;
    }

    int count() {
        return count;
    }

    /** The one at an index below {@link #count}. */
    long get(int index) {
        return cells[index];
    }

    /** Takes one out; there is one. */
    long removeLast() {
        return cells[--count];
    }

    int sizeClass(long cell) {
        return table.sizeClass(table.slabAt(cell));
    }

    /** Usable bytes of all. */
    long bytes() {
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += SizeClasses.usableBytes(sizeClass(cells[i]));
        }
        return bytes;
    }
}
