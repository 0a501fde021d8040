package dev.ashlar.arena;

import java.util.Arrays;

/** The addresses of the cells that waited in an arena's queue, or aside while it is fenced, at one moment. Immutable. */
public final class WaitingCells {
    private final long[] cells;

    private WaitingCells(long[] cells) {
        this.cells = cells;
    }

    /** Those that wait now; under the arena's lock. O(n log n). */
    static WaitingCells of(RemoteQueue queue, StrandedCells stranded) {
        long[] cells = new long[stranded.count() + queue.batches() * CellBatch.CAPACITY];
        int[] count = {0};
        for (int i = 0; i < stranded.count(); i++) {
            cells[count[0]++] = stranded.get(i);
        }
        queue.forEach(batch -> {
            // Batches that came since they were counted are left out.
            int room = Math.min(batch.count(), cells.length - count[0]);
            System.arraycopy(batch.cells(), 0, cells, count[0], room);
            count[0] += room;
        });
        long[] sorted = Arrays.copyOf(cells, count[0]);
        Arrays.sort(sorted);
        return new WaitingCells(sorted);
    }

    /** Whether a cell is one of them. O(log n). */
    boolean contains(long cell) {
        return cells.length != 0 && Arrays.binarySearch(cells, cell) >= 0;
    }
}
