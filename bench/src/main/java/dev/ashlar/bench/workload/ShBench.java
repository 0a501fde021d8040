package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/**
 * Blocks of growing and shrinking sizes in a ring, of which a fifth outlives each turn (SmartHeap's sh6bench and sh8bench,
 * MicroQuill): what is below that fifth is freed first in, first out, what is above last in, first out.
 */
final class ShBench implements Workload {
    private static final int SLOTS = 10_000;
    private static final int MAX_BYTES = 1000;
    private static final int SMALL_BYTES = 100;
    private static final int SMALL_ALLOCATIONS = 250;
    private static final int LARGE_ALLOCATIONS = 50;
    private static final int KEPT_SHARE = 5;
    private static final int ALLOCATIONS = 700_000;

    private final boolean freesByOthers;

    private ShBench(boolean freesByOthers) {
        this.freesByOthers = freesByOthers;
    }

    /** Each thread frees its own blocks. */
    static ShBench six() {
        return new ShBench(false);
    }

    /** Each thread's blocks are freed by the next one. */
    static ShBench eight() {
        return new ShBench(true);
    }

    @Override
    public void run(Stage stage) throws InterruptedException {
        int slots = Math.max(KEPT_SHARE, stage.scaled(SLOTS) / stage.threads());
        Mailboxes mailboxes = new Mailboxes(stage.threads());
        stage.inThreads(stage.threads(), (index, hand) -> {
            Ring ring = new Ring(stage, hand, mailboxes, index, slots);
            do {
                ring.run(stage.scaled(ALLOCATIONS));
            } while (!stage.isOver());
            ring.close();
        });
        mailboxes.freeLeft(stage);
    }

    /** One thread's ring. */
    private final class Ring {
        private final Stage stage;
        private final Hand hand;
        private final Mailboxes mailboxes;
        private final int thread;
        private final Blocks blocks;
        private int next;
        private int keptFrom;
        private int keptTo;

        Ring(Stage stage, Hand hand, Mailboxes mailboxes, int thread, int slots) {
            this.stage = stage;
            this.hand = hand;
            this.mailboxes = mailboxes;
            this.thread = thread;
            this.blocks = stage.newBlocks(slots);
        }

        /** Sizes grow by half and 1, and from each one halve down to 1 again. */
        void run(int allocations) {
            int left = allocations;
            while (left > 0 && !(left < allocations && stage.isOver())) {
                for (int base = 1; base < MAX_BYTES; base = base * 3 / 2 + 1) {
                    for (int byteSize = base; byteSize > 0; byteSize /= 2) {
                        int count = Math.min(left, byteSize < SMALL_BYTES ? SMALL_ALLOCATIONS : LARGE_ALLOCATIONS);
                        for (int i = 0; i < count; i++) {
                            allocate(byteSize);
                        }
                        left -= count;
                    }
                }
            }
        }

        private void allocate(int byteSize) {
            if (next == keptFrom) {
                next = keptTo;
            }
            if (next >= blocks.slotCount()) {
                turn();
            }
            hand.allocate(blocks, next, byteSize);
            blocks.writeByte(next, 0, (byte) byteSize);
            next++;
        }

        /** Keeps the next fifth, and frees the rest. */
        private void turn() {
            int slots = blocks.slotCount();
            keptFrom = keptTo >= slots ? 0 : keptTo;
            keptTo = Math.min(keptFrom + slots / KEPT_SHARE, slots);
            if (freesByOthers) {
                handOn();
            } else {
                for (int slot = 0; slot < keptFrom; slot++) {
                    hand.freeIfFull(blocks, slot);
                }
                for (int slot = slots - 1; slot >= keptTo; slot--) {
                    hand.freeIfFull(blocks, slot);
                }
            }
            next = keptFrom == 0 ? keptTo : 0;
        }

        /** The batch has the order in which they are to be freed. */
        private void handOn() {
            Blocks batch = stage.newBlocks(blocks.slotCount());
            int count = 0;
            for (int slot = 0; slot < keptFrom; slot++) {
                blocks.move(slot, batch, count++);
            }
            for (int slot = blocks.slotCount() - 1; slot >= keptTo; slot--) {
                blocks.move(slot, batch, count++);
            }
            mailboxes.sendToNext(thread, batch);
            mailboxes.freeReceived(thread, hand);
        }

        void close() {
            hand.freeAll(blocks);
        }
    }
}
