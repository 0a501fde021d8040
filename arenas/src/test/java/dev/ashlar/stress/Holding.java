package dev.ashlar.stress;

import dev.ashlar.os.Memory;

/**
 * A live block, and what it is filled with: words that only this holding has, by its address and its number. A large one is filled at both ends
 * and here and there between.
 *
 * @param address of the block
 * @param bytes that were asked for
 * @param number of this holding, which no other has
 * @param budget whether it is a budget's
 */
record Holding(long address, long bytes, long number, boolean budget) {
    static final long HEADER_BYTES = 8;
    private static final long WHOLE_BYTES = 1024;
    private static final long STEP_BYTES = 512;
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    /** Where it begins in the shadow map. */
    long from() {
        return address - HEADER_BYTES;
    }

    /** Where it ends in the shadow map. */
    long to() {
        return address + bytes;
    }

    private long word(long offset) {
        return (address + offset) * MULTIPLIER ^ number;
    }

    private static long next(long offset, long bytes) {
        boolean inside = offset >= WHOLE_BYTES && offset < bytes - WHOLE_BYTES;
        return offset + (inside ? STEP_BYTES : Long.BYTES);
    }

    void fill() {
        long last = bytes & -Long.BYTES;
        for (long offset = 0; offset < last; offset = next(offset, bytes)) {
            Memory.putLong(address + offset, word(offset));
        }
        for (long offset = last; offset < bytes; offset++) {
            Memory.putByte(address + offset, (byte) word(offset));
        }
    }

    /** Checks the first bytes, or all. */
    void check(long most) {
        long count = Math.min(most, bytes);
        long last = bytes & -Long.BYTES;
        for (long offset = 0; offset < last && offset + Long.BYTES <= count; offset = next(offset, bytes)) {
            long found = Memory.getLong(address + offset);
            if (found != word(offset)) {
                throw overwritten(offset, found, word(offset));
            }
        }
        for (long offset = last; offset < count; offset++) {
            byte found = Memory.getByte(address + offset);
            if (found != (byte) word(offset)) {
                throw overwritten(offset, found, (byte) word(offset));
            }
        }
    }

    private AssertionError overwritten(long offset, long found, long expected) {
        return new AssertionError("%s: at %d 0x%x (expected: 0x%x)".formatted(this, offset, found, expected));
    }

    /** Whether a block that was moved begins with what this one had. */
    void checkMovedTo(long moved, long movedBytes) {
        long last = Math.min(bytes, movedBytes) & -Long.BYTES;
        for (long offset = 0; offset < last; offset = next(offset, bytes)) {
            if (Memory.getLong(moved + offset) != word(offset)) {
                throw overwritten(offset, Memory.getLong(moved + offset), word(offset));
            }
        }
    }
}
