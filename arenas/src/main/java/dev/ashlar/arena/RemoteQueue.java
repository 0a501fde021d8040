package dev.ashlar.arena;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Batches of cells that other threads give back to an arena. Many offer; one takes, under the arena's lock.
 *
 * <p>Bounded: an offer to a full queue is refused, and the caller takes the arena's lock instead. Taking never waits for a producer that
 * stalls in the middle of an offer: its batch is taken later. Counts include a batch before it can be taken, never after.
 */
final class RemoteQueue {
    private final MpscVarHandleArrayQueue<CellBatch> queue;
    private final SpareBatches spare;
    private final AtomicLong cells = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * An empty queue.
     *
     * @param batches that it has room for
     * @param spare where batches go that are empty again
     */
    RemoteQueue(int batches, SpareBatches spare) {
        queue = new MpscVarHandleArrayQueue<>(batches);
        this.spare = spare;
    }

    /** Hands a batch over; false if there is no room, and the batch is still the caller's. */
    boolean offer(CellBatch batch) {
        long batchCells = batch.count();
        long batchBytes = batch.usableBytes();
        cells.addAndGet(batchCells);
        bytes.addAndGet(batchBytes);
        if (queue.offer(batch)) {
            return true;
        }
        cells.addAndGet(-batchCells);
        bytes.addAndGet(-batchBytes);
        return false;
    }

    /** The next batch, or null; under the arena's lock. */
    @Nullable
    CellBatch poll() {
        return queue.relaxedPoll();
    }

    /** Notes that the cells of a batch are in their slabs, and keeps the batch for another use. */
    void done(CellBatch batch) {
        cells.addAndGet(-batch.count());
        bytes.addAndGet(-batch.usableBytes());
        spare.put(batch);
    }

    /** Shows the batches that wait, those that come meanwhile perhaps not; under the arena's lock, so that none of them leaves. */
    void forEach(Consumer<CellBatch> action) {
        queue.forEach(action);
    }

    /** About how many batches wait. */
    int batches() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** How many cells wait. */
    long cells() {
        return cells.get();
    }

    /** Usable bytes of the cells that wait. */
    long bytes() {
        return bytes.get();
    }
}
