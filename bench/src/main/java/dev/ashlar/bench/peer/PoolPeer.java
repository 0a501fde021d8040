package dev.ashlar.bench.peer;

import java.lang.foreign.Arena;
import java.util.function.Function;

import dev.ashlar.arenas.MemoryPool;

/** An Ashlar pool, through one of its views. Its scopes are {@link MemoryPool#openArena()}, zeroed as a plain arena's are. */
final class PoolPeer implements Peer {
    private final MemoryPool pool;
    private final Function<MemoryPool, Worker> workers;
    private final boolean isBySegment;

    private PoolPeer(boolean isHardened, boolean isBySegment, Function<MemoryPool, Worker> workers) {
        this.pool = MemoryPool.builder()
                .name("peer")
                .capacity(PeerKind.capacityBytes())
                .hardened(isHardened)
                .build();
        this.isBySegment = isBySegment;
        this.workers = workers;
    }

    static PoolPeer byAddress(boolean isHardened) {
        return new PoolPeer(isHardened, false, PoolWorker::new);
    }

    static PoolPeer confined() {
        return new PoolPeer(false, false, ConfinedPoolWorker::new);
    }

    static PoolPeer bySegment() {
        return new PoolPeer(false, true, PoolSegments.SegmentWorker::new);
    }

    @Override
    public Blocks newBlocks(int slotCount) {
        return isBySegment ? new PoolSegments(slotCount) : new AddressBlocks(slotCount);
    }

    @Override
    public Worker newWorker() {
        return workers.apply(pool);
    }

    @Override
    public boolean hasScopes() {
        return true;
    }

    @Override
    public Arena openScope() {
        return pool.openArena();
    }

    @Override
    public void close() {
        pool.close();
    }
}
