package dev.ashlar.bench.peer;

/**
 * Slots for blocks of one peer, and access to the blocks' contents. Whether a slot is full, and an offset within its block, is the
 * caller's to know: address peers check neither.
 */
public interface Blocks {
    /** Number of slots. */
    int slotCount();

    /** Whether a slot has no block. */
    boolean isEmpty(int slot);

    /** Where the block in a slot begins. */
    long address(int slot);

    /** Moves a block to an empty slot. */
    void move(int slot, Blocks to, int toSlot);

    /** Exchanges what is in two slots, of which the second may be exchanged by other threads at the same time. */
    void exchange(int slot, Blocks shared, int sharedSlot);

    /** Reads a byte of a block. */
    byte readByte(int slot, long offset);

    /** Writes a byte of a block. */
    void writeByte(int slot, long offset, byte value);

    /** Reads eight bytes, the lowest first, at a multiple of 8. */
    long readLong(int slot, long offset);

    /** Writes eight bytes, the lowest first, at a multiple of 8. */
    void writeLong(int slot, long offset, long value);

    /** Writes one value to the first {@code byteSize} bytes of a block. */
    void fill(int slot, long byteSize, byte value);
}
