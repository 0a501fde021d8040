package dev.ashlar.bench.peer;

/** What one thread allocates and frees with. It works on any blocks of its peer, one thread at a time on each slot. */
public interface Worker extends AutoCloseable {
    /** Puts a new block into an empty slot, aligned to 16 bytes where the peer can, its contents unknown. */
    void allocate(Blocks blocks, int slot, long byteSize);

    /** The same, at a multiple of {@code alignment}, a power of two, where the peer can: see {@link PeerKind#isAligning}. */
    void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment);

    /** Gives the block in a slot another size, and perhaps another place; keeps its contents up to the smaller of the two sizes. */
    void resize(Blocks blocks, int slot, long byteSize);

    /** Frees the block in a slot, which is then empty. */
    void free(Blocks blocks, int slot);

    /** Ends this thread's use of the allocator; what it allocated stays. */
    @Override
    void close();
}
