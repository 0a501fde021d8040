package dev.ashlar.bench.workload;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Worker;

/** A thread's worker with its meter: what a workload allocates and frees with. */
final class Hand implements AutoCloseable {
    private final Stage stage;
    private final Worker worker;
    private final Meter meter;

    Hand(Stage stage, Worker worker, Meter meter) {
        this.stage = stage;
        this.worker = worker;
        this.meter = meter;
    }

    void allocate(Blocks blocks, int slot, long byteSize) {
        if (meter.isSample()) {
            long start = System.nanoTime();
            worker.allocate(blocks, slot, byteSize);
            meter.sample(System.nanoTime() - start);
        } else {
            worker.allocate(blocks, slot, byteSize);
        }
        meter.allocated();
    }

    void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
        if (meter.isSample()) {
            long start = System.nanoTime();
            worker.allocateAligned(blocks, slot, byteSize, alignment);
            meter.sample(System.nanoTime() - start);
        } else {
            worker.allocateAligned(blocks, slot, byteSize, alignment);
        }
        meter.allocated();
    }

    void free(Blocks blocks, int slot) {
        if (meter.isSample()) {
            long start = System.nanoTime();
            worker.free(blocks, slot);
            meter.sample(System.nanoTime() - start);
        } else {
            worker.free(blocks, slot);
        }
        meter.freed();
    }

    void freeIfFull(Blocks blocks, int slot) {
        if (!blocks.isEmpty(slot)) {
            free(blocks, slot);
        }
    }

    void freeAll(Blocks blocks) {
        for (int slot = 0; slot < blocks.slotCount(); slot++) {
            freeIfFull(blocks, slot);
        }
    }

    /** Counts writes, for workloads that measure those. */
    void wrote(long count) {
        meter.wrote(count);
    }

    /** Ends this thread's use of the allocator, and adds what it did to the stage's sum. */
    @Override
    public void close() {
        worker.close();
        stage.add(meter);
    }
}
