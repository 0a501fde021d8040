package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/** The bare path among few live blocks of one size (glibc's bench-malloc-simple). */
final class GlibcSimple implements Workload {
    private static final int BYTES = 16;
    private static final int[] LIVE = {25, 100, 400, 1600};
    private static final int PAIRS = 2_000_000;

    @Override
    public void run(Stage stage) throws InterruptedException {
        stage.inThreads(stage.threads(), (index, hand) -> {
            do {
                for (int live : LIVE) {
                    pairs(stage, hand, live);
                }
            } while (!stage.isOver());
        });
    }

    private static void pairs(Stage stage, Hand hand, int live) {
        Blocks blocks = stage.newBlocks(live);
        int pairs = stage.scaled(PAIRS);
        for (int done = 0; done < pairs && !(done > 0 && stage.isOver()); done += live) {
            turn(hand, blocks, live);
        }
    }

    /** Half is freed first in, first out, then half last in, first out. */
    private static void turn(Hand hand, Blocks blocks, int live) {
        for (int slot = 0; slot < live; slot++) {
            hand.allocate(blocks, slot, BYTES);
        }
        for (int slot = 0; slot < live / 2; slot++) {
            hand.free(blocks, slot);
        }
        for (int slot = live - 1; slot >= live / 2; slot--) {
            hand.free(blocks, slot);
        }
    }
}
