package dev.ashlar.bench.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Reads and writes at absolute addresses. An address that is not mapped ends the JVM. */
public final class Memory {
    // One constant segment over everything, which the compiler folds away: what is timed is the allocator. Restricted, because
    // nothing checks an address against it; this class writes only to blocks that an allocator has just handed out.
    @SuppressWarnings("restricted")
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    // Contents are described byte by byte, so the order must not depend on the machine.
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Memory() {}

    /** Reads a byte. */
    public static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    /** Writes a byte. */
    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /** Reads eight bytes, the lowest first, at a multiple of 8. */
    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    /** Writes eight bytes, the lowest first, at a multiple of 8. */
    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    /** Writes one value to {@code byteSize} bytes. */
    public static void fill(long address, long byteSize, byte value) {
        ALL.asSlice(address, byteSize).fill(value);
    }

    /** Copies bytes between ranges that do not overlap. */
    public static void copy(long from, long to, long byteSize) {
        MemorySegment.copy(ALL, from, ALL, to, byteSize);
    }
}
