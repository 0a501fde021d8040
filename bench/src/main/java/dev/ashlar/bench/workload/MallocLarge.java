package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/** Large blocks, every page written: what it costs to get pages and to keep them (malloc-large of mimalloc-bench). */
final class MallocLarge implements Workload {
    private static final int REPLACEMENTS = 2000;
    private static final int SLOTS = 20;
    private static final int MIN_BYTES = 5 << 20;
    private static final int MAX_BYTES = 25 << 20;
    private static final int PAGE_BYTES = 4096;

    @Override
    public void run(Stage stage) throws InterruptedException {
        stage.inThreads(stage.threads(), (index, hand) -> {
            Randomness random = stage.randomness(index);
            Blocks blocks = stage.newBlocks(SLOTS);
            int replacements = stage.scaled(REPLACEMENTS);
            do {
                for (int done = 0; done < replacements && !(done > 0 && stage.isOver()); done++) {
                    int slot = random.below(SLOTS);
                    hand.freeIfFull(blocks, slot);
                    int byteSize = random.between(stage.scaled(MIN_BYTES), stage.scaled(MAX_BYTES));
                    hand.allocate(blocks, slot, byteSize);
                    for (int offset = 0; offset < byteSize; offset += PAGE_BYTES) {
                        blocks.writeByte(slot, offset, (byte) 1);
                    }
                }
            } while (!stage.isOver());
            hand.freeAll(blocks);
        });
    }
}
