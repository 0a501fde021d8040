package dev.ashlar.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.ashlar.bench.peer.Blocks;

/** Batches of blocks on their way to the thread that frees them: the next one in a ring. Safe for concurrent use. */
final class Mailboxes {
    private final List<Queue<Blocks>> queues = new ArrayList<>();

    Mailboxes(int threads) {
        for (int thread = 0; thread < threads; thread++) {
            queues.add(new ConcurrentLinkedQueue<>());
        }
    }

    /** Gives a batch to the thread after {@code from}. */
    void sendToNext(int from, Blocks batch) {
        queues.get((from + 1) % queues.size()).add(batch);
    }

    /** Frees what a thread was sent. */
    void freeReceived(int thread, Hand hand) {
        Queue<Blocks> queue = queues.get(thread);
        for (Blocks batch = queue.poll(); batch != null; batch = queue.poll()) {
            hand.freeAll(batch);
        }
    }

    /** Frees what was sent to threads that ended before it came. */
    void freeLeft(Stage stage) {
        try (Hand hand = stage.newHand()) {
            for (int thread = 0; thread < queues.size(); thread++) {
                freeReceived(thread, hand);
            }
        }
    }
}
