package dev.ashlar.os;

import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;

import dev.ashlar.OsException;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The contract that every implementation keeps. */
class OsMemoryTest {

    private static final long MIB = 1 << 20;

    static Stream<Named<OsMemory>> implementations() {
        return PosixMemory.unavailable() == null
                ? Stream.of(Named.of("posix", OsMemory.posix()), Named.of("portable", OsMemory.portable()))
                : Stream.of(Named.of("portable", OsMemory.portable()));
    }

    @Test
    void system_nativeAccess_isPosixWhereItCanBeHad() {
        assertSame(PosixMemory.unavailable() == null ? OsMemory.posix() : OsMemory.portable(), OsMemory.system());
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void reserve_beforeCommit_readsZeros(OsMemory os) {
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            assertEquals(MIB, reservation.byteSize());
            assertEquals(MIB, reservation.segment().byteSize());
            assertEquals(reservation.address(), reservation.segment().address());
            assertEquals(-1, Memory.mismatchZero(reservation.address(), MIB));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void reserve_alignmentUpToOneGibibyte_isAligned(OsMemory os) {
        for (long alignment = 1; alignment <= 1 << 30; alignment *= 2) {
            long bytes = os.pageSizeBytes() * 3L;
            try (Reservation reservation = os.reserve("test", bytes, alignment)) {
                assertEquals(0, reservation.address() % Math.max(alignment, os.pageSizeBytes()), "at " + alignment);
                long last = reservation.address() + bytes - 8;
                os.commit(reservation.address(), bytes);
                Memory.putLong(last, alignment);
                assertEquals(alignment, Memory.getLong(last));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void commit_part_isWritableAndZero(OsMemory os) {
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            long address = reservation.address() + os.pageSizeBytes();
            os.commit(address, os.pageSizeBytes());
            assertEquals(0, Memory.getLong(address));
            Memory.putLong(address, 42);
            assertEquals(42, reservation.segment().get(ValueLayout.JAVA_LONG, os.pageSizeBytes()));
            os.commit(address, os.pageSizeBytes());
            assertEquals(42, Memory.getLong(address), "committed again");
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void release_written_isZeroIfPromised(OsMemory os) {
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            long address = reservation.address();
            os.commit(address, MIB);
            Memory.fill(address, MIB, (byte) 7);
            os.release(address, MIB / 2);
            assertEquals(7, Memory.getByte(address + MIB / 2), "the other half keeps its contents");
            assertEquals(os.zeroesOnRelease() ? -1 : 0, Memory.mismatchZero(address, MIB / 2));
            os.commit(address, MIB / 2);
            assertEquals(os.zeroesOnRelease() ? -1 : 0, Memory.mismatchZero(address, MIB / 2), "committed again");
            Memory.putByte(address, (byte) 9);
            assertEquals(9, Memory.getByte(address));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void purge_written_staysWritableAndIsZeroIfPagesReturn(OsMemory os) {
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            long address = reservation.address();
            os.commit(address, MIB);
            Memory.fill(address, MIB, (byte) 7);
            os.purge(address + os.pageSizeBytes(), os.pageSizeBytes());
            assertEquals(7, Memory.getByte(address));
            assertEquals(7, Memory.getByte(address + 2L * os.pageSizeBytes()));
            assertEquals(os.returnsPages() ? 0 : 7, Memory.getByte(address + os.pageSizeBytes()));
            Memory.putByte(address + os.pageSizeBytes(), (byte) 8);
            assertEquals(8, Memory.getByte(address + os.pageSizeBytes()));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void adviseHugePages_committed_changesNoContents(OsMemory os) {
        try (Reservation reservation = os.reserve("test", 4 * MIB, 2 * MIB)) {
            os.commit(reservation.address(), 4 * MIB);
            Memory.putLong(reservation.address(), 42);
            boolean offered = os.adviseHugePages(reservation.address(), 4 * MIB);
            assertFalse(offered && os.name().equals("portable"));
            assertEquals(42, Memory.getLong(reservation.address()));
            assertEquals(0, Memory.getLong(reservation.address() + 8));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void reserve_badArguments_areRefusedWithBothValues(OsMemory os) {
        int page = os.pageSizeBytes();
        String multiple = " (expected: a positive multiple of " + page + ")";
        for (long bytes : new long[] {0, -page, 1, page + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertRefused("bytes: " + bytes + multiple, () -> os.reserve("test", bytes, page));
        }
        for (long alignment : new long[] {0, -8, 24, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertRefused("alignment: " + alignment + " (expected: a power of two)",
                    () -> os.reserve("test", page, alignment));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void ranges_badArguments_areRefusedAndChangeNothing(OsMemory os) {
        int page = os.pageSizeBytes();
        try (Reservation reservation = os.reserve("test", MIB, page)) {
            long address = reservation.address();
            os.commit(address, MIB);
            Memory.putLong(address, 42);
            for (RangeCall call : new RangeCall[] {os::commit, os::release, os::purge, os::adviseHugePages,
                os::residentBytes, os::unmap}) {
                String multiple = " (expected: a positive multiple of " + page + ")";
                assertRefused("address: 0x0" + multiple, () -> call.on(0, page));
                assertRefused("address: 0x" + Long.toHexString(-page) + multiple, () -> call.on(-page, page));
                assertRefused("address: 0x" + Long.toHexString(address + 8) + multiple,
                        () -> call.on(address + 8, page));
                assertRefused("bytes: 0" + multiple, () -> call.on(address, 0));
                assertRefused("bytes: -" + page + multiple, () -> call.on(address, -page));
                assertRefused("bytes: 100" + multiple, () -> call.on(address, 100));
                long tooLong = Long.MAX_VALUE & -page;
                assertRefused("bytes: " + tooLong + " (expected: at most " + (Long.MAX_VALUE - address)
                        + " from this address)", () -> call.on(address, tooLong));
            }
            assertEquals(42, Memory.getLong(address));
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void reserve_moreThanThereIs_failsWithTheCallAndItsCause(OsMemory os) {
        long tooMuch = Long.MAX_VALUE & -os.pageSizeBytes();
        for (long alignment : new long[] {4096, 1L << 62}) {
            OsException e = assertThrows(OsException.class, () -> os.reserve("test", tooMuch, alignment));
            assertEquals(tooMuch, e.bytes());
            assertEquals(0, e.address());
            if (os.name().equals("posix")) {
                assertEquals("mmap", e.call());
                assertEquals(Errno.ENOMEM, e.errno());
                assertEquals("mmap(0x0, " + tooMuch + ", READ) failed: ENOMEM (12), Cannot allocate memory",
                        e.getMessage());
            } else {
                assertEquals("map", e.call());
                assertEquals(0, e.errno());
                assertEquals("map(0x0, " + tooMuch + ", PRIVATE) failed: " + e.getCause(), e.getMessage());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void reserve_interruptedThread_succeedsAndStaysInterrupted(OsMemory os) {
        Thread.currentThread().interrupt();
        boolean interrupted;
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            long resident = os.residentBytes(reservation.address(), MIB);
            assertEquals(os.name().equals("posix") ? 0 : -1, resident);
        } finally {
            interrupted = Thread.interrupted();
        }
        assertTrue(interrupted);
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void reserve_several_areDisjoint(OsMemory os) {
        try (Reservation first = os.reserve("first", MIB, 4096); Reservation second = os.reserve("second", MIB, 4096)) {
            os.commit(first.address(), MIB);
            os.commit(second.address(), MIB);
            Memory.fill(first.address(), MIB, (byte) 1);
            assertEquals(-1, Memory.mismatchZero(second.address(), MIB));
            assertTrue(first.segment().asOverlappingSlice(second.segment()).isEmpty());
        }
    }

    private interface RangeCall {
        void on(long address, long bytes);
    }

    private static void assertRefused(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
