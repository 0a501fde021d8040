package dev.ashlar.bench.peer;

/**
 * A worker of an allocator that hands out addresses: four calls are all that such a peer has to bring.
 *
 * <p>Where one subclass is loaded, as in a measuring JVM, its calls are inlined here.
 */
public abstract class AddressWorker implements Worker {
    /** For subclasses. */
    protected AddressWorker() {}

    /** A new block's address. */
    protected abstract long allocateAddress(long byteSize);

    /** A new block's address, a multiple of {@code alignment}. */
    protected abstract long allocateAddress(long byteSize, long alignment);

    /** Gives a block another size; answers with its address. */
    protected abstract long resizeAddress(long address, long byteSize);

    /** Frees a block. */
    protected abstract void freeAddress(long address);

    @Override
    public final void allocate(Blocks blocks, int slot, long byteSize) {
        ((AddressBlocks) blocks).put(slot, allocateAddress(byteSize));
    }

    @Override
    public final void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
        ((AddressBlocks) blocks).put(slot, allocateAddress(byteSize, alignment));
    }

    @Override
    public final void resize(Blocks blocks, int slot, long byteSize) {
        AddressBlocks addresses = (AddressBlocks) blocks;
        addresses.put(slot, resizeAddress(addresses.address(slot), byteSize));
    }

    @Override
    public final void free(Blocks blocks, int slot) {
        freeAddress(((AddressBlocks) blocks).take(slot));
    }

    /** An address that a native allocator answered with, which is 0 if it has no memory. */
    protected static long check(long address, long byteSize) {
        if (address == 0) {
            throw new OutOfMemoryError("NULL for " + byteSize + " bytes (expected: an address)");
        }
        return address;
    }

    /** Most allocators have nothing to end. */
    @Override
    public void close() {}
}
