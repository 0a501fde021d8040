package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;

/** Random toggling of slots, some of which are far more popular than others: realistic reuse of cache lines (alloc-test, Ignatchenko). */
final class AllocTest implements Workload {
    private static final long TOGGLES = 100_000_000;
    private static final int SLOTS = 1 << 18;
    private static final int TOGGLES_PER_LOOK = 1024;
    private static final int PARETO_DEPTH = 6;
    private static final int MIN_SHIFT = 3;
    private static final int MAX_SHIFT = 10;

    @Override
    public void run(Stage stage) throws InterruptedException {
        int slots = stage.scaled(SLOTS / stage.threads());
        long toggles = Math.max(1, stage.scaled(TOGGLES) / stage.threads());
        stage.inThreads(
                stage.threads(),
                (index, hand) -> new Toggler(stage, hand, slots, stage.randomness(index)).run(toggles));
    }

    /** One thread's slots. */
    private static final class Toggler {
        private final Stage stage;
        private final Hand hand;
        private final Randomness random;
        private final Blocks blocks;
        private final short[] byteSizes;

        Toggler(Stage stage, Hand hand, int slots, Randomness random) {
            this.stage = stage;
            this.hand = hand;
            this.random = random;
            this.blocks = stage.newBlocks(slots);
            this.byteSizes = new short[slots];
        }

        void run(long toggles) {
            for (int slot = 0; slot < byteSizes.length; slot += 2) {
                fillSlot(slot);
            }
            for (long done = 0; done < toggles && !(done > 0 && stage.isOver()); done += TOGGLES_PER_LOOK) {
                for (int i = 0; i < TOGGLES_PER_LOOK; i++) {
                    toggle(popularSlot());
                }
            }
            for (int slot = 0; slot < byteSizes.length; slot++) {
                if (!blocks.isEmpty(slot)) {
                    sumAndFree(slot);
                }
            }
        }

        private void toggle(int slot) {
            if (blocks.isEmpty(slot)) {
                fillSlot(slot);
            } else {
                sumAndFree(slot);
            }
        }

        private void fillSlot(int slot) {
            // In (2^k, 2^(k+1)], each k half as likely as the one before.
            int shift = Math.min(MIN_SHIFT + Long.numberOfTrailingZeros(random.next()), MAX_SHIFT - 1);
            int byteSize = random.between((1 << shift) + 1, 2 << shift);
            byteSizes[slot] = (short) byteSize;
            hand.allocate(blocks, slot, byteSize);
            blocks.fill(slot, byteSize, contents(slot));
        }

        private void sumAndFree(int slot) {
            int byteSize = byteSizes[slot];
            long sum = 0;
            for (int offset = 0; offset < byteSize; offset++) {
                sum += blocks.readByte(slot, offset);
            }
            long expected = (long) contents(slot) * byteSize;
            if (sum != expected && stage.keepsContents()) {
                throw new ContentsException("alloc-test: sum of the " + byteSize + " bytes in slot " + slot, sum,
                        expected);
            }
            hand.free(blocks, slot);
        }

        private static byte contents(int slot) {
            return (byte) (slot * 31 + 1);
        }

        /** In four of five cases among the first fifth of the slots, and so on, six deep. */
        private int popularSlot() {
            int range = byteSizes.length;
            for (int depth = 0; depth < PARETO_DEPTH; depth++) {
                int fifth = range / 5;
                if (random.below(5) == 0 || fifth == 0) {
                    return fifth + random.below(range - fifth);
                }
                range = fifth;
            }
            return random.below(range);
        }
    }
}
