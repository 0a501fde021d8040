package dev.ashlar.arena;

import java.util.Arrays;
import java.util.function.LongPredicate;

import dev.ashlar.block.SizeClasses;
import dev.ashlar.cache.CoreCache;

/** Free cells of one size class on their way back to an arena. Filled by one thread, then handed over, and used again. */
public final class CellBatch {
    /** How many cells a batch has room for. */
    public static final int CAPACITY = 64;

    private final long[] cells = new long[CAPACITY];
    private int sizeClass;
    private int count;

    /** Takes as many of the oldest cells of a class out of a cache, as far as there are so many, and room; this batch is empty. */
    public void fill(CoreCache cache, int ofClass, int most) {
        sizeClass = ofClass;
        count = Math.min(Math.min(most, cache.cells(ofClass)), CAPACITY);
        System.arraycopy(cache.slots(), cache.row(ofClass), cells, 0, count);
        cache.removeOldest(ofClass, count);
    }

    /** Begins with one cell; this batch is empty. */
    public void begin(int ofClass, long cell) {
        sizeClass = ofClass;
        cells[0] = cell;
        count = 1;
    }

    /** Puts its cells back into the cache that they were taken from a moment ago. */
    public void putInto(CoreCache cache) {
        while (count > 0 && cache.push(sizeClass, cells[count - 1])) {
            count--;
        }
    }

    /** Keeps the cells for which the action does not succeed. */
    void removeIf(LongPredicate taken) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long cell = cells[i];
            if (!taken.test(cell)) {
                cells[kept++] = cell;
            }
        }
        count = kept;
    }

    /** Whether there is a cell for which the predicate does not hold. */
    public boolean hasOthers(LongPredicate ours) {
        for (int i = 0; i < count; i++) {
            if (!ours.test(cells[i])) {
                return true;
            }
        }
        return false;
    }

    /** Moves the cells for which the predicate does not hold to an empty batch. */
    public void moveOthers(LongPredicate ours, CellBatch others) {
        int kept = 0;
        others.sizeClass = sizeClass;
        others.count = 0;
        for (int i = 0; i < count; i++) {
            long cell = cells[i];
            if (ours.test(cell)) {
                cells[kept++] = cell;
            } else {
                others.cells[others.count++] = cell;
            }
        }
        count = kept;
    }

    /** The size class of its cells. */
    public int sizeClass() {
        return sizeClass;
    }

    /** How many cells are in it. */
    public int count() {
        return count;
    }

    /** One of the cells. */
    public long cell(int index) {
        return cells[index];
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
