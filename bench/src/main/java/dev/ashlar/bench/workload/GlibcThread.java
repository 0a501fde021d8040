package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/** Random replacement by independent threads, small sizes far more often than large ones (glibc's bench-malloc-thread). */
final class GlibcThread implements Workload {
    private static final int SLOTS = 1024;
    private static final int MIN_BYTES = 4;
    private static final int MAX_BYTES = 32_768;
    private static final int QUANTILES = 4096;
    private static final int REPLACEMENTS_PER_LOOK = 256;

    /** Sizes at equal steps of their distribution, whose density is the inverse square. */
    private final int[] sizes = new int[QUANTILES];

    GlibcThread() {
        double most = 1.0 / MIN_BYTES;
        double least = 1.0 / MAX_BYTES;
        for (int i = 0; i < QUANTILES; i++) {
            double quantile = (i + 0.5) / QUANTILES;
            sizes[i] = (int) Math.round(1 / (most - quantile * (most - least)));
        }
    }

    @Override
    public void run(Stage stage) throws InterruptedException {
        stage.inThreads(stage.threads(), (index, hand) -> {
            Randomness random = stage.randomness(index);
            Blocks blocks = stage.newBlocks(stage.scaled(SLOTS));
            do {
                for (int i = 0; i < REPLACEMENTS_PER_LOOK; i++) {
                    int slot = random.below(blocks.slotCount());
                    hand.freeIfFull(blocks, slot);
                    int byteSize = sizes[random.below(QUANTILES)];
                    hand.allocate(blocks, slot, byteSize);
                    blocks.fill(slot, byteSize, (byte) slot);
                }
            } while (!stage.isOver());
            hand.freeAll(blocks);
        });
    }
}
