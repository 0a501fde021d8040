package dev.ashlar.bench.replay;

import dev.ashlar.bench.peer.Blocks;
import dev.ashlar.bench.peer.Peer;
import dev.ashlar.bench.peer.Worker;

/** A {@link Peer} under replay. What is live stays with the peer when this is closed. */
final class PeerAllocator implements ReplayAllocator {
    private final Worker worker;
    private final Blocks blocks;

    PeerAllocator(Peer peer, int blockCount) {
        worker = peer.newWorker();
        blocks = peer.newBlocks(blockCount);
    }

    @Override
    public long allocate(int block, long byteSize) {
        worker.allocate(blocks, block, byteSize);
        return blocks.address(block);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        worker.allocateAligned(blocks, block, byteSize, alignment);
        return blocks.address(block);
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        worker.resize(blocks, block, byteSize);
        return blocks.address(block);
    }

    @Override
    public void free(int block, long address) {
        worker.free(blocks, block);
    }

    @Override
    public void close() {
        worker.close();
    }
}
