package dev.ashlar.bench.compare;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.Worker;

/** Pairs, batches and scopes, timed in this JVM for so many seconds. Each loop is a method, called often enough to be compiled. */
final class SmallLoops {
    private static final int PAIRS_PER_LOOK = 1024;
    private static final int BATCH = 1000;
    private static final int SCOPE_BYTES = 64;
    private static final long SEED = 20_250_916;
    private static final double NANOS_PER_SECOND = 1e9;

    private final long limitNanos;

    SmallLoops(double seconds) {
        limitNanos = (long) (seconds * NANOS_PER_SECOND);
    }

    /** Nanoseconds of an allocation, a write and a free, beside one block that lives. */
    double pairNanos(Peer peer, long byteSize) {
        try (Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(2);
            // An allocator that holds nothing else may give all its memory back at each free.
            worker.allocate(blocks, 1, byteSize);
            double nanos = perOperation(PAIRS_PER_LOOK, () -> pairs(worker, blocks, byteSize));
            worker.free(blocks, 1);
            return nanos;
        }
    }

    /** The same, when 1,000 are allocated first and then freed in random order. */
    double batchNanos(Peer peer, long byteSize) {
        try (Worker worker = peer.newWorker()) {
            Blocks blocks = peer.newBlocks(BATCH);
            int[] order = randomOrder();
            return perOperation(BATCH, () -> batch(worker, blocks, order, byteSize));
        }
    }

    /** Nanoseconds of a scope that is opened, allocates 64 zeroed bytes, and is closed. */
    double scopeNanos(Peer peer) {
        return perOperation(PAIRS_PER_LOOK, () -> scopes(peer));
    }

    private double perOperation(int operations, Runnable loop) {
        long start = System.nanoTime();
        long count = 0;
        long nanos;
        do {
            loop.run();
            count += operations;
            nanos = System.nanoTime() - start;
        } while (nanos < limitNanos);
        return (double) nanos / count;
    }

    private static void pairs(Worker worker, Blocks blocks, long byteSize) {
        for (int i = 0; i < PAIRS_PER_LOOK; i++) {
            worker.allocate(blocks, 0, byteSize);
            blocks.writeByte(0, 0, (byte) 1);
            worker.free(blocks, 0);
        }
    }

    private static void batch(Worker worker, Blocks blocks, int[] order, long byteSize) {
        for (int slot = 0; slot < BATCH; slot++) {
            worker.allocate(blocks, slot, byteSize);
            blocks.writeByte(slot, 0, (byte) 1);
        }
        for (int slot : order) {
            worker.free(blocks, slot);
        }
    }

    private static void scopes(Peer peer) {
        for (int i = 0; i < PAIRS_PER_LOOK; i++) {
            try (Arena scope = peer.openScope()) {
                MemorySegment segment = scope.allocate(SCOPE_BYTES, Long.BYTES);
                segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            }
        }
    }

    private static int[] randomOrder() {
        int[] order = new int[BATCH];
        Random random = new Random(SEED);
        for (int i = 0; i < BATCH; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
