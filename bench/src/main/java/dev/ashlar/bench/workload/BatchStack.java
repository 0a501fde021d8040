package dev.ashlar.bench.workload;

import java.util.ArrayDeque;
import java.util.Deque;

import dev.ashlar.bench.peer.Blocks;
import org.jspecify.annotations.Nullable;

/** Batches between producers and consumers: last in, first out, behind a mutex, bounded. Safe for concurrent use. */
final class BatchStack {
    private final int limit;
    private final Deque<Blocks> full = new ArrayDeque<>();
    private final Deque<Blocks> empty = new ArrayDeque<>();
    private int producers;

    BatchStack(int limit, int producers) {
        this.limit = limit;
        this.producers = producers;
    }

    /** Waits for room, and adds a batch. */
    synchronized void push(Blocks batch) throws InterruptedException {
        while (full.size() >= limit) {
            wait();
        }
        full.push(batch);
        notifyAll();
    }

    /** Waits for a batch; null when there is none and no producer is left. */
    synchronized @Nullable Blocks popOrNull() throws InterruptedException {
        while (full.isEmpty()) {
            if (producers == 0) {
                return null;
            }
            wait();
        }
        notifyAll();
        return full.pop();
    }

    /** A producer will add no more. */
    synchronized void producerEnded() {
        producers--;
        notifyAll();
    }

    /** Slots that were used before, so that the Java heap is not what is measured; null if there are none yet. */
    synchronized @Nullable Blocks reuseOrNull() {
        return empty.poll();
    }

    synchronized void recycle(Blocks batch) {
        empty.push(batch);
    }
}
