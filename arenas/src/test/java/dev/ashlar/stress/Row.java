package dev.ashlar.stress;

import java.util.concurrent.locks.ReentrantReadWriteLock;

import dev.ashlar.os.Memory;

/**
 * A movable block that threads share, and what it is filled with: words by its number and their place, as its address changes.
 *
 * <p>Contents are read under the read lock, by several at once, each with a pin of its own; and written, and the block freed, under the write lock.
 */
final class Row {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    final long handle;
    final long bytes;
    final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    /** Guarded by the lock. */
    private long number;

    /** Guarded by the lock. */
    boolean freed;

    Row(long handle, long bytes) {
        this.handle = handle;
        this.bytes = bytes;
    }

    private long word(long offset) {
        return offset * MULTIPLIER ^ number;
    }

    /** Fills the block, which is pinned at an address, anew. */
    void fill(long address, long newNumber) {
        number = newNumber;
        long last = bytes & -Long.BYTES;
        for (long offset = 0; offset < last; offset += Long.BYTES) {
            Memory.putLong(address + offset, word(offset));
        }
        for (long offset = last; offset < bytes; offset++) {
            Memory.putByte(address + offset, (byte) word(offset));
        }
    }

    /** Checks the block, which is pinned at an address. */
    void check(long address) {
        long last = bytes & -Long.BYTES;
        for (long offset = 0; offset < last; offset += Long.BYTES) {
            long found = Memory.getLong(address + offset);
            if (found != word(offset)) {
                throw overwritten(address, offset, found, word(offset));
            }
        }
        for (long offset = last; offset < bytes; offset++) {
            byte found = Memory.getByte(address + offset);
            if (found != (byte) word(offset)) {
                throw overwritten(address, offset, found, (byte) word(offset));
            }
        }
    }

    private AssertionError overwritten(long address, long offset, long found, long expected) {
        return new AssertionError("movable block 0x%x of %d bytes, pinned at 0x%x: at %d 0x%x (expected: 0x%x)"
                .formatted(handle, bytes, address, offset, found, expected));
    }
}
