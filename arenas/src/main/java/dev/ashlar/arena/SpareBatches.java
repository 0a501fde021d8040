package dev.ashlar.arena;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;

/** Empty batches, kept for use again instead of being left to the garbage collector. Thread-safe, and bounded: what is too many is dropped. */
public final class SpareBatches {
    private static final int KEPT = 256;

    private final MpmcVarHandleArrayQueue<CellBatch> spare = new MpmcVarHandleArrayQueue<>(KEPT);

    /** An empty batch. */
    public CellBatch get() {
        CellBatch batch = spare.relaxedPoll();
        return batch != null ? batch : new CellBatch();
    }

    /** Empties a batch that nobody else refers to, and keeps it. */
    public void put(CellBatch batch) {
        batch.clear();
        spare.relaxedOffer(batch);
    }
}
