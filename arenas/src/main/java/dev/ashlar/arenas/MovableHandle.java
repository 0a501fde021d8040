package dev.ashlar.arenas;

import dev.ashlar.InvalidFreeException;

/**
 * A movable block: memory without an address of its own. To read or write it, pin it; as long as it is not pinned, the pool may move it to
 * empty a region.
 *
 * <pre>{@code
 *     MovableHandle page = pool.allocateMovable(4096);
 *     try (Pin pin = page.pin()) {
 *         pin.segment().fill((byte) 1);
 *     }
 *     page.free();
 * }</pre>
 *
 * <p>It holds nothing but {@link #number()}, the object-free form, which {@link MovableBlocks} takes; two objects of one number are equal, and are the same
 * block. Thread-safe: any thread may pin, and free what is not pinned.
 */
public final class MovableHandle {
    private final MovableBlocks blocks;
    private final long number;
    private final long byteSize;

    MovableHandle(MovableBlocks blocks, long number, long byteSize) {
        this.blocks = blocks;
        this.number = number;
        this.byteSize = byteSize;
    }

    /** The object-free form: more than 0, and never the number of another block of this pool that is live at the same time. */
    public long number() {
        return number;
    }

    /** How many bytes were asked for. */
    public long byteSize() {
        return byteSize;
    }

    /**
     * Pins the block. Lock-free, and waits for nothing: a copy that is being made of it at this moment is dropped. O(1).
     *
     * <p>The segment is in the pool's scope. Nothing prevents its use after the pin is closed: it then reads and writes what is there, which may
     * be another block. {@link #pinConfined} prevents it.
     *
     * @throws InvalidFreeException if the block was freed
     * @throws IllegalStateException if the pool is closed, or the block has 1,048,575 pins
     */
    public Pin pin() {
        return blocks.pin(number, byteSize);
    }

    /**
     * Pins the block for this thread: the segment can be used by it alone, and not after the pin is closed; it then throws {@link IllegalStateException}.
     * Closing the pool first leaves the segment usable until the pin is closed. Costs a confined arena.
     *
     * @throws InvalidFreeException if the block was freed
     * @throws IllegalStateException if the pool is closed, or the block has 1,048,575 pins
     * @throws UnsupportedOperationException if native access is denied, so that memory has one scope only
     */
    public Pin pinConfined() {
        return blocks.pinConfined(number, byteSize);
    }

    /**
     * How many pins the block has at this moment.
     *
     * @throws InvalidFreeException if the block was freed
     */
    public int pins() {
        return blocks.pins(number);
    }

    /**
     * Frees the block.
     *
     * @throws InvalidFreeException if it was freed
     * @throws IllegalStateException if it is pinned
     * @throws dev.ashlar.HeapCorruptionException if it was written past its end; it is withheld
     */
    public void free() {
        blocks.free(number);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MovableHandle handle && number == handle.number && blocks.isOfSamePool(handle.blocks);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public String toString() {
        return "movable block 0x%x of %d bytes".formatted(number, byteSize);
    }
}
