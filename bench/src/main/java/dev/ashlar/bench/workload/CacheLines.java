package dev.ashlar.bench.workload;

import java.lang.invoke.VarHandle;

import dev.ashlar.bench.peer.Blocks;

/**
 * Whether blocks of different threads share cache lines (cache-scratch and cache-thrash, Berger's Hoard, 2000): each thread writes
 * to a one-byte block many times.
 */
final class CacheLines implements Workload {
    private static final int ROUNDS = 1000;
    private static final int WRITES = 2_000_000;
    private static final int WRITES_PER_LOOK = 1 << 16;

    private final boolean isHanded;

    private CacheLines(boolean isHanded) {
        this.isHanded = isHanded;
    }

    /** Each thread first frees a block that the main thread allocated beside the others'. */
    static CacheLines scratch() {
        return new CacheLines(true);
    }

    /** Each thread first frees a block of its own. */
    static CacheLines thrash() {
        return new CacheLines(false);
    }

    @Override
    public void run(Stage stage) throws InterruptedException {
        int threads = stage.threads();
        do {
            Blocks handed = stage.newBlocks(threads);
            if (isHanded) {
                try (Hand hand = stage.newHand()) {
                    for (int thread = 0; thread < threads; thread++) {
                        hand.allocate(handed, thread, 1);
                    }
                }
            }
            stage.inThreads(threads, (index, hand) -> {
                if (!isHanded) {
                    hand.allocate(handed, index, 1);
                }
                hand.free(handed, index);
                rounds(stage, hand);
            });
        } while (!stage.isOver());
    }

    private static void rounds(Stage stage, Hand hand) {
        Blocks own = stage.newBlocks(1);
        int rounds = stage.scaled(ROUNDS);
        int writes = stage.scaled(WRITES) / stage.threads();
        for (int round = 0; round < rounds && !(round > 0 && stage.isOver()); round++) {
            hand.allocate(own, 0, 1);
            for (int done = 0; done < writes && !(done > 0 && stage.isOver()); done += WRITES_PER_LOOK) {
                int count = Math.min(WRITES_PER_LOOK, writes - done);
                write(own, count);
                hand.wrote(count);
            }
            hand.free(own, 0);
        }
    }

    private static void write(Blocks own, int count) {
        for (int i = 0; i < count; i++) {
            own.writeByte(0, 0, (byte) i);
            // Or else the compiler would leave the last write only.
            VarHandle.storeStoreFence();
        }
    }
}
