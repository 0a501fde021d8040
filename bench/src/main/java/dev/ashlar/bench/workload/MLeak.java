package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/** Threads that end and leave blocks behind: what an allocator loses with each shows in its resident memory (mleak of mimalloc-bench). */
final class MLeak implements Workload {
    static final int THREADS = 10;

    private static final int ROUNDS = 500;
    private static final int SLOTS = 1000;
    private static final int BYTES = 128;

    @Override
    public void run(Stage stage) throws InterruptedException {
        Blocks shared = stage.newBlocks(stage.scaled(SLOTS));
        int rounds = stage.scaled(ROUNDS);
        do {
            for (int round = 0; round < rounds && !(round > 0 && stage.isOver()); round++) {
                stage.inThreads(THREADS, (index, hand) -> {
                    Blocks own = stage.newBlocks(1);
                    // The threads share the slots among them, each from a place of its own on.
                    for (int i = index; i < shared.slotCount(); i += THREADS) {
                        hand.allocate(own, 0, BYTES);
                        own.fill(0, BYTES, (byte) index);
                        own.exchange(0, shared, i);
                        hand.freeIfFull(own, 0);
                    }
                });
            }
        } while (!stage.isOver());
        try (Hand hand = stage.newHand()) {
            hand.freeAll(shared);
        }
    }
}
