package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;

import dev.ashlar.testing.FaultyOs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ReservationTest {

    private static final long BYTES = 1 << 20;

    @ParameterizedTest
    @MethodSource("dev.ashlar.os.OsMemoryTest#implementations")
    void close_once_endsTheScopeOfEverySlice(OsMemory os) {
        Reservation reservation = os.reserve("query", BYTES, 4096);
        MemorySegment slice = reservation.segment().asSlice(64, 8);
        assertEquals(0, slice.get(ValueLayout.JAVA_LONG, 0));
        assertFalse(reservation.isClosed());
        String text = "\"query\" (1048576 bytes at 0x" + Long.toHexString(reservation.address()) + ")";
        assertEquals(text, reservation.toString());
        assertEquals("query", reservation.name());
        reservation.close();
        assertTrue(reservation.isClosed());
        assertThrows(IllegalStateException.class, () -> slice.get(ValueLayout.JAVA_LONG, 0));
        reservation.close();
        assertTrue(reservation.isClosed());
    }

    @Test
    void close_posix_returnsPagesAndLateAccessesAreHarmless() {
        OsMemory os = posix();
        Reservation reservation = os.reserve("test", BYTES, 4096);
        long address = reservation.address();
        os.commit(address, BYTES / 2);
        Memory.fill(address, BYTES / 2, (byte) 1);
        reservation.close();
        assertEquals(0, os.residentBytes(address, BYTES));
        assertEquals(-1, Memory.mismatchZero(address, BYTES));
        // What a thread does that saw the pool open a moment ago.
        Memory.putLong(address, 42);
        assertEquals(42, Memory.getLong(address));
        assertTrue(reservation.isClosed()); // and until here reachable
    }

    @Test
    void close_portable_forgetsTheAddresses() {
        Reservation reservation = OsMemory.portable().reserve("test", BYTES, 4096);
        long address = reservation.address();
        assertEquals(address, PortableMappings.slice(address, BYTES).address());
        reservation.close();
        assertThrows(IllegalStateException.class, () -> PortableMappings.slice(address, BYTES));
    }

    @ParameterizedTest
    @MethodSource("dev.ashlar.os.OsMemoryTest#implementations")
    void close_twoThreads_bothReturn(OsMemory os) throws Exception {
        for (int i = 0; i < 100; i++) {
            FaultyOs counting = new FaultyOs(os);
            Reservation reservation = counting.reserve("test", BYTES, 4096);
            CyclicBarrier start = new CyclicBarrier(2);
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Runnable close = () -> {
                try {
                    start.await();
                    reservation.close();
                } catch (Throwable e) {
                    failure.set(e);
                }
            };
            Thread other = Thread.ofPlatform().start(close);
            close.run();
            other.join();
            assertEquals(null, failure.get());
            assertEquals(1, counting.calls(FaultyOs.Call.PURGE) + counting.calls(FaultyOs.Call.UNMAP));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.ashlar.os.OsMemoryTest#implementations")
    void close_duringADowncall_isRefusedAndCanBeRetried(OsMemory os) throws Throwable {
        posix();
        Reservation reservation = os.reserve("test", BYTES, 4096);
        os.commit(reservation.address(), BYTES);
        reservation.segment().set(ValueLayout.JAVA_LONG, 0, 1);
        assertTrue(closeWithinDowncall(reservation) instanceof IllegalStateException);
        assertFalse(reservation.isClosed());
        assertEquals(1, reservation.segment().get(ValueLayout.JAVA_LONG, 0));
        assertEquals(1, Memory.getLong(reservation.address()));
        reservation.close();
        assertTrue(reservation.isClosed());
    }

    @ParameterizedTest
    @MethodSource("dev.ashlar.os.OsMemoryTest#implementations")
    void segmentIn_portable_isUnsupported(OsMemory os) {
        try (Reservation reservation = os.reserve("test", BYTES, 4096); Arena arena = Arena.ofConfined()) {
            assertEquals(os.name().equals("posix"), reservation.canRescope());
            if (!reservation.canRescope()) {
                assertThrows(UnsupportedOperationException.class, () -> reservation.segmentIn(arena));
            }
        }
    }

    @Test
    void segmentIn_arenaClosed_endsItsSlicesOnly() {
        OsMemory os = posix();
        try (Reservation reservation = os.reserve("test", BYTES, 4096)) {
            os.commit(reservation.address(), BYTES);
            Arena arena = Arena.ofConfined();
            MemorySegment slice = reservation.segmentIn(arena).asSlice(8, 8);
            slice.set(ValueLayout.JAVA_LONG, 0, 42);
            assertEquals(1, reservation.openScopes());
            arena.close();
            assertEquals(0, reservation.openScopes());
            assertThrows(IllegalStateException.class, () -> slice.get(ValueLayout.JAVA_LONG, 0));
            assertEquals(42, reservation.segment().get(ValueLayout.JAVA_LONG, 8));
        }
    }

    @Test
    void close_innerArenaOpen_leavesItsPagesUntilItCloses() {
        OsMemory os = posix();
        Reservation reservation = os.reserve("test", BYTES, 4096);
        long address = reservation.address();
        os.commit(address, os.pageSizeBytes());
        Arena first = Arena.ofShared();
        Arena second = Arena.ofConfined();
        MemorySegment inner = reservation.segmentIn(first);
        MemorySegment other = reservation.segmentIn(second);
        inner.set(ValueLayout.JAVA_LONG, 0, 42);
        reservation.close();
        assertTrue(reservation.isClosed());
        assertEquals(2, reservation.openScopes());
        second.close();
        assertThrows(IllegalStateException.class, () -> other.get(ValueLayout.JAVA_LONG, 0));
        assertEquals(42, inner.get(ValueLayout.JAVA_LONG, 0));
        inner.set(ValueLayout.JAVA_LONG, 0, 43);
        assertEquals(os.pageSizeBytes(), os.residentBytes(address, BYTES));
        first.close();
        assertEquals(0, reservation.openScopes());
        assertEquals(0, os.residentBytes(address, BYTES));
        assertEquals(0, Memory.getLong(address));
        assertTrue(reservation.isClosed()); // and until here reachable
    }

    @Test
    void segmentIn_closed_isRefusedAndNotCounted() {
        Reservation reservation = posix().reserve("test", BYTES, 4096);
        Arena closed = Arena.ofShared();
        closed.close();
        assertThrows(IllegalStateException.class, () -> reservation.segmentIn(closed));
        assertEquals(0, reservation.openScopes());
        reservation.close();
        try (Arena arena = Arena.ofConfined()) {
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> reservation.segmentIn(arena));
            assertEquals("reservation " + reservation + ": closed", e.getMessage());
        }
        assertEquals(0, reservation.openScopes());
    }

    private static OsMemory posix() {
        Assumptions.assumeTrue(PosixMemory.unavailable() == null, PosixMemory::unavailable);
        return OsMemory.posix();
    }

    /** Closes a reservation while C sorts a slice of it, which holds the scope; returns what close threw. */
    @SuppressWarnings("restricted") // the one way to hold a scope that needs no second thread and no luck
    private static @Nullable Throwable closeWithinDowncall(Reservation reservation) throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle qsort = linker.downcallHandle(linker.defaultLookup().findOrThrow("qsort"),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS));
        Comparison comparison = new Comparison(reservation);
        MethodHandle compare = MethodHandles.lookup().bind(comparison, "compare",
                MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stub = linker.upcallStub(compare,
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena);
            qsort.invoke(reservation.segment().asSlice(0, 16), 2L, 8L, stub);
        }
        return comparison.thrown.get();
    }

    private static final class Comparison {

        final AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        private final Reservation reservation;

        Comparison(Reservation reservation) {
            this.reservation = reservation;
        }

        @SuppressWarnings("unused") // by its method handle
        int compare(MemorySegment a, MemorySegment b) {
            try {
                reservation.close();
            } catch (RuntimeException e) {
                thrown.set(e);
            }
            return 0;
        }
    }
}
