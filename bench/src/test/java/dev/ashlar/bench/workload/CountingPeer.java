package dev.ashlar.bench.workload;

import java.util.concurrent.atomic.AtomicLong;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.Worker;

/** Counts what passes through it to another peer. */
final class CountingPeer implements Peer {
    final AtomicLong allocations = new AtomicLong();
    final AtomicLong frees = new AtomicLong();
    final AtomicLong openWorkers = new AtomicLong();

    private final Peer peer;

    CountingPeer(Peer peer) {
        this.peer = peer;
    }

    @Override
    public Blocks newBlocks(int slotCount) {
        return peer.newBlocks(slotCount);
    }

    @Override
    public Worker newWorker() {
        openWorkers.incrementAndGet();
        return new CountingWorker(peer.newWorker());
    }

    @Override
    public void close() {
        peer.close();
    }

    private final class CountingWorker implements Worker {
        private final Worker worker;

        CountingWorker(Worker worker) {
            this.worker = worker;
        }

        @Override
        public void allocate(Blocks blocks, int slot, long byteSize) {
            requireEmpty(blocks, slot, true);
            worker.allocate(blocks, slot, byteSize);
            allocations.incrementAndGet();
        }

        @Override
        public void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
            requireEmpty(blocks, slot, true);
            worker.allocateAligned(blocks, slot, byteSize, alignment);
            allocations.incrementAndGet();
        }

        @Override
        public void resize(Blocks blocks, int slot, long byteSize) {
            worker.resize(blocks, slot, byteSize);
        }

        @Override
        public void free(Blocks blocks, int slot) {
            requireEmpty(blocks, slot, false);
            worker.free(blocks, slot);
            frees.incrementAndGet();
        }

        @Override
        public void close() {
            worker.close();
            openWorkers.decrementAndGet();
        }

        private static void requireEmpty(Blocks blocks, int slot, boolean isEmpty) {
            if (blocks.isEmpty(slot) != isEmpty) {
                throw new AssertionError("slot " + slot + ": empty is " + !isEmpty + " (expected: " + isEmpty + ")");
            }
        }
    }
}
