package dev.ashlar.arenas;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Bytes that were charged to a budget in advance, a few for each of some cells that threads share by their id, so that most allocations
 * touch nothing which all of them touch. Whoever runs out may take all of them back, so that no limit is missed for what others have in hand.
 *
 * <p>{@code charged == live + sum of the cells}, and no cell is ever negative. Thread-safe.
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
        return take(mine(), bytes);
    }

    /** No subtraction to be undone: who takes all meanwhile would find a debt, and refuse a request that fits or grant one that does not. */
    private boolean take(int cell, long bytes) {
        for (long now = cells.get(cell); now >= bytes; now = cells.get(cell)) {
            if (cells.compareAndSet(cell, now, now - bytes)) {
                return true;
            }
        }
        return false;
    }

    /** Puts bytes into this thread's cell; returns what is above a limit, taken out again. */
    long put(long bytes, long limit) {
        int cell = mine();
        long now = cells.addAndGet(cell, bytes);
        long surplus = now <= limit ? 0 : now - limit / 2;
        return surplus > 0 && take(cell, surplus) ? surplus : 0;
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
