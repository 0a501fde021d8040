package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/**
 * Much of everything, contents checked (mimalloc's test-stress, Leijen): blocks that go at once, blocks that stay to the end, blocks
 * that change hands through a shared array, threads made anew each round.
 */
final class MStress implements Workload {
    private static final int ROUNDS = 25;
    private static final int ALLOCATIONS = 5000;
    private static final int THREAD_CYCLE = 8;
    private static final int SHARED_SLOTS = 1000;
    private static final int SHIFTS = 5;
    private static final int KEPT_SHIFTS = 7;
    private static final long MAX_WORDS = 10_000L << (KEPT_SHIFTS - 1);
    private static final int FREE_PERCENT = 66;
    private static final int EXCHANGE_PERCENT = 25;
    private static final int STEPS_PER_LOOK = 256;
    /** Each word of a block holds its distance from the block's end, in words, exclusive-or this. */
    private static final long COOKIE = 0xBF58_476D_1CE4_E5B9L;

    @Override
    public void run(Stage stage) throws InterruptedException {
        Blocks shared = stage.newBlocks(stage.scaled(SHARED_SLOTS));
        Randomness random = stage.randomness(-1);
        for (int round = 0; round == 0 || !stage.isOver(); round++) {
            long firstStream = (long) round * stage.threads();
            stage.inThreads(stage.threads(), (index, hand) -> {
                new Round(stage, hand, shared, index, stage.randomness(firstStream + index)).run();
            });
            // After so many rounds a new program would start, with an empty array.
            boolean isLast = round % ROUNDS == ROUNDS - 1 || stage.isOver();
            try (Hand hand = stage.newHand()) {
                for (int slot = 0; slot < shared.slotCount(); slot++) {
                    if (!shared.isEmpty(slot) && (isLast || random.percent(50))) {
                        verifyAndFree(stage, hand, shared, slot);
                    }
                }
            }
        }
        try (Hand hand = stage.newHand()) {
            hand.freeAll(shared);
        }
    }

    private static void verifyAndFree(Stage stage, Hand hand, Blocks blocks, int slot) {
        if (stage.keepsContents()) {
            long words = blocks.readLong(slot, 0) ^ COOKIE;
            if (words < 1 || words > MAX_WORDS) {
                throw new ContentsException("mstress: words of a block, by its first", words, MAX_WORDS);
            }
            for (long word = 1; word < words; word++) {
                long left = blocks.readLong(slot, word * Long.BYTES) ^ COOKIE;
                if (left != words - word) {
                    throw new ContentsException("mstress: word " + word + " of " + words, left, words - word);
                }
            }
        }
        hand.free(blocks, slot);
    }

    /** One thread's part of a round. */
    private static final class Round {
        private final Stage stage;
        private final Hand hand;
        private final Blocks shared;
        private final Randomness random;
        private final Blocks own;
        private final Blocks kept;
        private int ownCount;
        private int keptCount;

        Round(Stage stage, Hand hand, Blocks shared, int thread, Randomness random) {
            this.stage = stage;
            this.hand = hand;
            this.shared = shared;
            this.random = random;
            int allocations = stage.scaled(ALLOCATIONS) * (thread % THREAD_CYCLE + 1);
            own = stage.newBlocks(allocations);
            kept = stage.newBlocks(allocations / 2);
        }

        void run() {
            for (int step = 0; ownCount < own.slotCount() || keptCount < kept.slotCount(); step++) {
                if (step % STEPS_PER_LOOK == STEPS_PER_LOOK - 1 && stage.isOver()) {
                    break;
                }
                step();
            }
            verifyAndFreeAll(own);
            verifyAndFreeAll(kept);
        }

        private void step() {
            boolean isKept = keptCount < kept.slotCount() && (ownCount == own.slotCount() || random.percent(50));
            if (isKept) {
                allocate(kept, keptCount++, random.below(KEPT_SHIFTS));
            } else {
                allocate(own, ownCount++, random.below(SHIFTS));
            }
            if (ownCount > 0 && random.percent(FREE_PERCENT)) {
                int slot = random.below(ownCount);
                if (!own.isEmpty(slot)) {
                    verifyAndFree(stage, hand, own, slot);
                }
            }
            if (ownCount > 0 && random.percent(EXCHANGE_PERCENT)) {
                own.exchange(random.below(ownCount), shared, random.below(shared.slotCount()));
            }
        }

        private void allocate(Blocks blocks, int slot, int shift) {
            long words = 1L << shift;
            // 2 % are large; of those, one in ten and one in a hundred are larger still.
            if (random.percent(2)) {
                words *= random.percent(1) ? 10_000 : random.percent(10) ? 1000 : 100;
            }
            hand.allocate(blocks, slot, words * Long.BYTES);
            for (long word = 0; word < words; word++) {
                blocks.writeLong(slot, word * Long.BYTES, (words - word) ^ COOKIE);
            }
        }

        private void verifyAndFreeAll(Blocks blocks) {
            for (int slot = 0; slot < blocks.slotCount(); slot++) {
                if (!blocks.isEmpty(slot)) {
                    verifyAndFree(stage, hand, blocks, slot);
                }
            }
        }
    }
}
