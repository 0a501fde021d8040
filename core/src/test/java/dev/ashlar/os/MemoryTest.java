package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class MemoryTest {

    private static final int BYTES = 1 << 16;

    private Reservation reservation;
    private long address;

    @BeforeEach
    void reserve() {
        OsMemory os = OsMemory.system();
        reservation = os.reserve("test", BYTES, 4096);
        address = reservation.address();
        os.commit(address, BYTES);
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    @Test
    void put_eachWidth_isWhatTheSegmentReads() {
        MemorySegment segment = reservation.segment();
        Memory.putInt(address + 4, 0x01020304);
        Memory.putLong(address + 8, 0x0102030405060708L);
        Memory.putByte(address + 17, (byte) -3);
        assertEquals(0x01020304, segment.get(ValueLayout.JAVA_INT, 4));
        assertEquals(0x0102030405060708L, segment.get(ValueLayout.JAVA_LONG, 8));
        assertEquals(-3, segment.get(ValueLayout.JAVA_BYTE, 17));
        assertEquals(0x01020304, Memory.getInt(address + 4));
        assertEquals(0x0102030405060708L, Memory.getLong(address + 8));
        assertEquals(-3, Memory.getByte(address + 17));
        assertEquals(0, Memory.getInt(address));
        assertEquals(0, Memory.getByte(address + 16));
        assertEquals(0, Memory.getByte(address + 18));
    }

    @Test
    void copy_overlapping_movesAsThroughABuffer() {
        for (int i = 0; i < 100; i++) {
            Memory.putByte(address + i, (byte) (i + 1));
        }
        Memory.copy(address, address + 10, 100);
        for (int i = 0; i < 100; i++) {
            assertEquals(i + 1, Memory.getByte(address + 10 + i));
        }
        Memory.copy(address + 10, address + 3, 100);
        for (int i = 0; i < 100; i++) {
            assertEquals(i + 1, Memory.getByte(address + 3 + i));
        }
        Memory.copy(address, address + 500, 0);
        assertEquals(0, Memory.getByte(address + 500));
    }

    @Test
    void fill_range_setsThatRangeOnly() {
        Memory.fill(address + 3, 1001, (byte) 5);
        assertEquals(0, Memory.getByte(address + 2));
        assertEquals(5, Memory.getByte(address + 3));
        assertEquals(5, Memory.getByte(address + 1003));
        assertEquals(0, Memory.getByte(address + 1004));
        Memory.fill(address + 2, 0, (byte) 5);
        assertEquals(0, Memory.getByte(address + 2));
    }

    @Test
    void mismatchZero_oneByteSet_isItsIndexForEveryLength() {
        for (int length : new int[] {1, 2, 7, 8, 9, 63, 64, 65, 200}) {
            assertEquals(-1, Memory.mismatchZero(address + 1, length));
            for (int at = 0; at < length; at++) {
                Memory.putByte(address + 1 + at, (byte) 0x80);
                Memory.putByte(address + 1 + length, (byte) 1);
                assertEquals(at, Memory.mismatchZero(address + 1, length), "length " + length);
                Memory.putByte(address + 1 + at, (byte) 0);
                Memory.putByte(address + 1 + length, (byte) 0);
            }
        }
        assertEquals(-1, Memory.mismatchZero(address, 0));
    }

    @Test
    void slice_addressesOfMappings_areFoundAndOthersRefused() {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment whole = arena.allocate(4096);
            MemorySegment low = whole.asSlice(1024, 256);
            MemorySegment high = whole.asSlice(2048, 256);
            PortableMappings.add(high);
            PortableMappings.add(low);
            assertEquals(low.address() + 8, PortableMappings.slice(low.address() + 8, 248).address());
            assertEquals(high.address(), PortableMappings.slice(high.address(), 256).address());
            assertOutside(low.address() - 1, 1);
            assertOutside(low.address() + 256, 1);
            assertOutside(low.address() + 255, 2);
            assertOutside(low.address(), -1);
            assertOutside(high.address() + 1, Long.MAX_VALUE);
            assertOutside(0, 8);
        }
    }

    @Test
    void slice_closedMapping_isRefusedAndItsAddressesCanBeMappedAgain() {
        Arena first = Arena.ofShared();
        MemorySegment closed = first.allocate(4096);
        PortableMappings.add(closed);
        first.close();
        // Not yet removed: found, but what the segment reads is an exception of its own.
        MemorySegment late = PortableMappings.slice(closed.address(), 8);
        assertThrows(IllegalStateException.class, () -> late.get(ValueLayout.JAVA_LONG, 0));
        PortableMappings.removeClosed();
        assertOutside(closed.address(), 8);
    }

    private static void assertOutside(long address, long bytes) {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> PortableMappings.slice(address, bytes));
        assertEquals("0x" + Long.toHexString(address) + ", " + bytes + " bytes (expected: a range within one mapping)",
                e.getMessage());
    }
}
