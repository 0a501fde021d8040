package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory as it lies there, in no scope: how a test reads and damages what is not its own. */
final class Raw {
    private static final MemorySegment ALL = all();
    private static final int HEADER_BYTES = 8;

    private Raw() {}

    @SuppressWarnings("restricted")
    private static MemorySegment all() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    static MemorySegment at(long address, long byteSize) {
        return ALL.asSlice(address, byteSize);
    }

    static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }

    static void putLong(long address, long value) {
        ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
    }

    static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /** The header of a block or a cell. */
    static long header(long block) {
        return getLong(block - HEADER_BYTES);
    }

    static void putHeader(long block, long header) {
        putLong(block - HEADER_BYTES, header);
    }
}
