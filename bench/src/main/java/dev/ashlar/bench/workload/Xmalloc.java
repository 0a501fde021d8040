package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;
import org.jspecify.annotations.Nullable;

/** Threads that only allocate hand batches to threads that only free (Lever and Boreham's malloc-test, 2000; xmalloc). */
final class Xmalloc implements Workload {
    private static final int OBJECTS = 4096;
    private static final int MAX_BATCHES = 100;

    private final int[] sizes;

    private Xmalloc(int[] sizes) {
        this.sizes = sizes;
    }

    /** Objects of 64 bytes. */
    static Xmalloc ofOneSize() {
        return new Xmalloc(new int[] {64});
    }

    /** 17 sizes from 8 to 2,048 bytes, two to a doubling. */
    static Xmalloc ofManySizes() {
        int[] sizes = new int[17];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = (int) Math.round(8 * Math.pow(2, i / 2.0));
        }
        return new Xmalloc(sizes);
    }

    @Override
    public void run(Stage stage) throws InterruptedException {
        int producers = stage.threads();
        int objects = stage.scaled(OBJECTS);
        BatchStack stack = new BatchStack(MAX_BATCHES, producers);
        stage.inThreads(producers * 2, (index, hand) -> {
            if (index < producers) {
                try {
                    do {
                        stack.push(produce(stage, hand, objects, stack.reuseOrNull()));
                    } while (!stage.isOver());
                } finally {
                    stack.producerEnded();
                }
            } else {
                for (Blocks batch = stack.popOrNull(); batch != null; batch = stack.popOrNull()) {
                    consume(stage, hand, batch);
                    stack.recycle(batch);
                }
            }
        });
    }

    private static byte contents(int object) {
        return (byte) (object * 31 + 1);
    }

    /** The objects, and behind them the batch itself, as the C program allocates it: room for so many pointers. */
    private Blocks produce(Stage stage, Hand hand, int objects, @Nullable Blocks used) {
        Blocks batch = used == null ? stage.newBlocks(objects + 1) : used;
        hand.allocate(batch, objects, (long) objects * Long.BYTES);
        for (int i = 0; i < objects; i++) {
            int byteSize = sizes[i % sizes.length];
            hand.allocate(batch, i, byteSize);
            batch.fill(i, byteSize, contents(i));
        }
        return batch;
    }

    private void consume(Stage stage, Hand hand, Blocks batch) {
        for (int i = 0; i < batch.slotCount() - 1; i++) {
            byte last = batch.readByte(i, sizes[i % sizes.length] - 1);
            if (last != contents(i) && stage.keepsContents()) {
                throw new ContentsException("xmalloc: last byte of object " + i, last, contents(i));
            }
            hand.free(batch, i);
        }
        hand.free(batch, batch.slotCount() - 1);
    }
}
