package dev.ashlar.bench.demo;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A number in a block's first and last bytes, which tells whose it is. Blocks have 16 bytes at least. */
final class Stamp {
    static final int LEAST_BYTES = 16;

    private Stamp() {}

    static MemorySegment write(MemorySegment block, long number) {
        block.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, number);
        block.set(ValueLayout.JAVA_LONG_UNALIGNED, block.byteSize() - Long.BYTES, ~number);
        return block;
    }

    /** Complains if another number stands there. */
    static void check(MemorySegment block, long number) {
        long first = block.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        long last = block.get(ValueLayout.JAVA_LONG_UNALIGNED, block.byteSize() - Long.BYTES);
        if (first != number || last != ~number) {
            throw new IllegalStateException("block at 0x%x: 0x%x, 0x%x in it (expected: 0x%x, 0x%x)"
                    .formatted(block.address(), first, last, number, ~number));
        }
    }
}
