package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/**
 * A server whose threads come and go (Larson and Krishnan, 1998): each thread replaces random blocks of its slots, which another
 * thread filled before it; after a while a successor inherits them.
 */
final class Larson implements Workload {
    private static final int SLOTS = 5000;
    private static final int MIN_BYTES = 8;
    private static final int MAX_BYTES = 999;
    private static final int WARM_UP_ROUNDS = 4;
    private static final int REPLACEMENTS_PER_THREAD = 500_000;
    private static final int REPLACEMENTS_PER_LOOK = 1000;

    @Override
    public void run(Stage stage) throws InterruptedException {
        int slots = stage.scaled(SLOTS);
        Blocks[] all = new Blocks[stage.threads()];
        try (Hand hand = stage.newHand()) {
            for (int i = 0; i < all.length; i++) {
                all[i] = stage.newBlocks(slots);
                prefill(hand, all[i], stage.randomness(i));
            }
        }
        stage.begin();
        int generations = stage.threads();
        // Each outer thread only waits for its generations, one after the other.
        stage.inThreads(stage.threads(), (lane, _) -> {
            for (int generation = 0; generation == 0 || !stage.isOver(); generation++) {
                long stream = generations + lane + (long) generation * generations;
                stage.inThreads(1, (only, hand) -> replace(stage, hand, all[lane], stage.randomness(stream)));
            }
        });
        stage.end();
        try (Hand hand = stage.newHand()) {
            for (Blocks blocks : all) {
                hand.freeAll(blocks);
            }
        }
    }

    private static void prefill(Hand hand, Blocks blocks, Randomness random) {
        int slots = blocks.slotCount();
        for (int slot = 0; slot < slots; slot++) {
            hand.allocate(blocks, slot, random.between(MIN_BYTES, MAX_BYTES));
        }
        for (int slot = slots - 1; slot > 0; slot--) {
            blocks.exchange(slot, blocks, random.below(slot + 1));
        }
        for (int i = 0; i < slots * WARM_UP_ROUNDS; i++) {
            replaceOne(hand, blocks, random);
        }
    }

    private static void replace(Stage stage, Hand hand, Blocks blocks, Randomness random) {
        int replacements = stage.scaled(REPLACEMENTS_PER_THREAD);
        for (int done = 0; done < replacements && !(done > 0 && stage.isOver()); done += REPLACEMENTS_PER_LOOK) {
            replaceSome(hand, blocks, random);
        }
    }

    private static void replaceSome(Hand hand, Blocks blocks, Randomness random) {
        for (int i = 0; i < REPLACEMENTS_PER_LOOK; i++) {
            replaceOne(hand, blocks, random);
        }
    }

    private static void replaceOne(Hand hand, Blocks blocks, Randomness random) {
        int slot = random.below(blocks.slotCount());
        hand.free(blocks, slot);
        int byteSize = random.between(MIN_BYTES, MAX_BYTES);
        hand.allocate(blocks, slot, byteSize);
        blocks.writeByte(slot, 0, (byte) byteSize);
        blocks.writeByte(slot, byteSize - 1, (byte) byteSize);
    }
}
