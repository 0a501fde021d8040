package dev.ashlar.bench.peer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Blocks that are segments, or are reached through one.
 *
 * @param <T> class of a block
 */
abstract class SegmentBlocks<T> extends ObjectBlocks<T> {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    SegmentBlocks(int slotCount, Class<T> type) {
        super(slotCount, type);
    }

    abstract MemorySegment segment(T block);

    @Override
    public final long address(int slot) {
        return segment(get(slot)).address();
    }

    @Override
    public final byte readByte(int slot, long offset) {
        return segment(get(slot)).get(ValueLayout.JAVA_BYTE, offset);
    }

    @Override
    public final void writeByte(int slot, long offset, byte value) {
        segment(get(slot)).set(ValueLayout.JAVA_BYTE, offset, value);
    }

    @Override
    public final long readLong(int slot, long offset) {
        return segment(get(slot)).get(LONG, offset);
    }

    @Override
    public final void writeLong(int slot, long offset, long value) {
        segment(get(slot)).set(LONG, offset, value);
    }

    @Override
    public final void fill(int slot, long byteSize, byte value) {
        segment(get(slot)).asSlice(0, byteSize).fill(value);
    }
}
