package dev.ashlar.bench.peer;

import java.lang.foreign.Arena;

/** An allocator under test. */
public interface Peer extends AutoCloseable {
    /**
     * Empty slots for blocks of this peer.
     *
     * @param slotCount number of slots
     */
    Blocks newBlocks(int slotCount);

    /** What the calling thread allocates and frees with, until it closes it. */
    Worker newWorker();

    /** Whether {@link #openScope} works. */
    default boolean hasScopes() {
        return false;
    }

    /**
     * A scope for the calling thread: all that was allocated in it is freed when it is closed.
     *
     * @throws UnsupportedOperationException if the peer has none
     */
    default Arena openScope() {
        throw new UnsupportedOperationException("this allocator has no scopes (expected: one that has)");
    }

    /** Gives everything back, as far as the allocator can. All workers are closed, and all blocks are freed. */
    @Override
    void close();
}
