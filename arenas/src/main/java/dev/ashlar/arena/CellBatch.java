package dev.ashlar.arena;

import java.util.Arrays;

import dev.ashlar.block.SizeClasses;

/** Free cells of one size class on their way back to an arena. Filled by one thread, then handed over, and used again. */
public final class CellBatch {
    /** How many cells a batch has room for. */
    public static final int CAPACITY = 64;

    private final long[] cells = new long[CAPACITY];
    private int sizeClass;
    private int count;

    /** Begins with no cell; this batch is empty. */
    public void begin(int ofClass) {
        sizeClass = ofClass;
        count = 0;
    }

    /** Adds a cell of its class; there is room. */
    public void add(long cell) {
        cells[count++] = cell;
    }

    /** The size class of its cells. */
    public int sizeClass() {
        return sizeClass;
    }

    /** How many cells are in it. */
    public int count() {
        return count;
    }

    /** The cells, from index 0 on. */
    public long[] cells() {
        return cells;
    }

    /** Usable bytes of the cells. */
    long usableBytes() {
        return (long) count * SizeClasses.usableBytes(sizeClass);
    }

    void clear() {
        Arrays.fill(cells, 0, count, 0);
        count = 0;
    }
}
