package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/** Mixed sizes and alignments in slots that are reused at strides, with batches that the next thread frees (rpmalloc-benchmark, Jansson). */
final class RpTest implements Workload {
    private static final int SLOTS = 1000;
    private static final int PASSES = 2;
    private static final int LOOPS = 500;
    private static final int MIN_ALLOCATIONS = 30;
    private static final int MAX_ALLOCATIONS = 100;
    private static final double FREES_PER_ALLOCATION = 0.8;
    private static final int MIN_BYTES = 8;
    private static final int MAX_BYTES = 16_000;
    private static final int PAGE_BYTES = 4096;
    private static final int[] ALIGNMENTS = {0, 8, 16};
    // Prime, and no divisor of the number of slots: each stride meets every slot.
    private static final int ALLOCATION_STRIDE = 7;
    private static final int FREE_STRIDE = 13;

    @Override
    public void run(Stage stage) throws InterruptedException {
        Mailboxes mailboxes = new Mailboxes(stage.threads());
        for (int pass = 0; pass < PASSES || !stage.isOver(); pass++) {
            long firstStream = (long) pass * stage.threads();
            stage.inThreads(
                    stage.threads(),
                    (index, hand) -> pass(stage, hand, mailboxes, index, stage.randomness(firstStream + index)));
            mailboxes.freeLeft(stage);
        }
    }

    private static void pass(Stage stage, Hand hand, Mailboxes mailboxes, int thread, Randomness random) {
        Blocks blocks = stage.newBlocks(SLOTS);
        int loops = stage.scaled(LOOPS);
        int allocationSlot = random.below(SLOTS);
        int freeSlot = random.below(SLOTS);
        for (int loop = 0; loop < loops && !(loop > 1 && stage.isOver()); loop++) {
            int allocations = random.between(MIN_ALLOCATIONS, MAX_ALLOCATIONS);
            for (int i = 0; i < allocations; i++) {
                allocationSlot = (allocationSlot + ALLOCATION_STRIDE) % SLOTS;
                hand.freeIfFull(blocks, allocationSlot);
                allocate(hand, blocks, allocationSlot, random);
            }
            for (int i = 0; i < allocations * FREES_PER_ALLOCATION; i++) {
                freeSlot = (freeSlot + FREE_STRIDE) % SLOTS;
                hand.freeIfFull(blocks, freeSlot);
            }
            mailboxes.freeReceived(thread, hand);
            if (loop % 2 == 1) {
                Blocks batch = stage.newBlocks(allocations);
                for (int i = 0; i < allocations; i++) {
                    allocate(hand, batch, i, random);
                }
                mailboxes.sendToNext(thread, batch);
            }
        }
        hand.freeAll(blocks);
    }

    private static void allocate(Hand hand, Blocks blocks, int slot, Randomness random) {
        // Of two uniform numbers the lower one is distributed so that the frequency falls linearly to 0.
        int byteSize = Math.min(random.between(MIN_BYTES, MAX_BYTES), random.between(MIN_BYTES, MAX_BYTES));
        int alignment = ALIGNMENTS[random.below(ALIGNMENTS.length)];
        if (alignment == 0) {
            hand.allocate(blocks, slot, byteSize);
        } else {
            hand.allocateAligned(blocks, slot, byteSize, alignment);
        }
        for (int offset = 0; offset < byteSize; offset += PAGE_BYTES) {
            blocks.writeByte(slot, offset, (byte) 1);
        }
        blocks.writeByte(slot, byteSize - 1, (byte) 1);
    }
}
