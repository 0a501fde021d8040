package dev.ashlar.arena;

import dev.ashlar.HeapCorruptionException;

/** Puts cells that are in no cache any more back into the slabs of an arena; under its lock. While it is fenced they are kept aside. */
final class CellIntake {
    private final ArenaState state;
    private final long[] single = new long[1];

    CellIntake(ArenaState state) {
        this.state = state;
    }

    /**
     * Puts those back that are the arena's.
     *
     * @param cells of one class; those that are not this arena's move to the front
     * @return how many are not
     */
    int putBack(int sizeClass, long[] cells, int count) {
        int others = 0;
        for (int i = 0; i < count;) {
            if (!state.isOurs(cells[i])) {
                cells[others++] = cells[i++];
            } else if (state.gate.isFenced()) {
                state.stranded.add(cells[i++]);
            } else {
                try {
                    i = state.slabs.putRun(sizeClass, cells, i, count);
                } catch (HeapCorruptionException e) {
                    state.gate.fence(e);
                    i = state.slabs.runEnd();
                }
            }
        }
        return others;
    }

    /** Puts the cells of some batches of the queue back. */
    void drain(int most) {
        for (int i = 0; i < most; i++) {
            CellBatch batch = state.queue.poll();
            if (batch == null) {
                return;
            }
            putBack(batch.sizeClass(), batch.cells(), batch.count());
            state.queue.done(batch);
        }
    }

    /** Puts back what came while the arena was fenced. */
    void putBackStranded() {
        for (int left = state.stranded.count(); left > 0; left--) {
            single[0] = state.stranded.removeLast();
            putBack(state.stranded.sizeClass(single[0]), single, 1);
        }
    }
}
