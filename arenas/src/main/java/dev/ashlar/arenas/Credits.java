package dev.ashlar.arenas;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Bytes that were charged to a budget in advance, a few for each of some cells that threads share by their id, so that most allocations
 * touch nothing which all of them touch. Whoever runs out may take all of them back, so that no limit is missed for what others have in hand.
 *
 * <p>{@code charged == live + sum of the cells}, also while a cell is negative for a moment. Thread-safe.
 */
final class Credits {
    /** Cells are so far apart that each has cache lines of its own. */
    private static final int SPREAD_SHIFT = 4;

    private final AtomicLongArray cells;
    private final int mask;

    Credits(int threads) {
        int size = Math.max(2, Integer.highestOneBit(2 * threads - 1));
        cells = new AtomicLongArray((size + 1) << SPREAD_SHIFT);
        mask = size - 1;
    }

    private int mine() {
        return (((int) Thread.currentThread().threadId() & mask) + 1) << SPREAD_SHIFT;
    }

    /** Takes so many bytes; false if this thread's cell has fewer, and nothing is taken. */
    boolean take(long bytes) {
        int cell = mine();
        if (cells.addAndGet(cell, -bytes) >= 0) {
            return true;
        }
        cells.addAndGet(cell, bytes);
        return false;
    }

    /** Puts bytes into this thread's cell; returns what is above a limit, taken out again. */
    long put(long bytes, long limit) {
        int cell = mine();
        long now = cells.addAndGet(cell, bytes);
        if (now <= limit) {
            return 0;
        }
        long surplus = now - limit / 2;
        cells.addAndGet(cell, -surplus);
        return surplus;
    }

    /** Takes all cells' bytes. */
    long takeAll() {
        long sum = 0;
        for (int cell = 1; cell <= mask + 1; cell++) {
            sum += cells.getAndSet(cell << SPREAD_SHIFT, 0);
        }
        return sum;
    }

    /** What all cells have. */
    long sum() {
        long sum = 0;
        for (int cell = 1; cell <= mask + 1; cell++) {
            sum += cells.get(cell << SPREAD_SHIFT);
        }
        return sum;
    }
}
