package dev.ashlar.os;

import dev.ashlar.OsException;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FaultyOsTest {

    private static final long BYTES = 1 << 20;

    @ParameterizedTest
    @MethodSource("dev.ashlar.os.OsMemoryTest#implementations")
    void call_nth_failsAloneAndWithTheSystemsMessage(OsMemory os) {
        FaultyOs faulty = new FaultyOs(os);
        for (Call call : new Call[] {Call.RESERVE, Call.COMMIT, Call.RELEASE, Call.PURGE, Call.ADVISE}) {
            faulty.failNth(call, 2);
        }
        try (Reservation reservation = faulty.reserve("test", BYTES, 4096)) {
            long address = reservation.address();
            String range = "0x" + Long.toHexString(address) + ", " + BYTES;
            assertSecondFails(faulty, Call.COMMIT, "mprotect(" + range + ", READ|WRITE)",
                    () -> faulty.commit(address, BYTES));
            assertSecondFails(faulty, Call.PURGE, "madvise(" + range + ", DONTNEED)",
                    () -> faulty.purge(address, BYTES));
            assertSecondFails(faulty, Call.ADVISE, "madvise(" + range + ", HUGEPAGE)",
                    () -> faulty.adviseHugePages(address, BYTES));
            assertSecondFails(faulty, Call.RELEASE, "mmap(" + range + ", READ)",
                    () -> faulty.release(address, BYTES));
        }
        OsException e = assertThrows(OsException.class, () -> faulty.reserve("test", BYTES, 4096));
        assertEquals("mmap(0x0, " + BYTES + ", READ) failed: ENOMEM (12), Cannot allocate memory", e.getMessage());
        faulty.reserve("test", BYTES, 4096).close();
        assertEquals(3, faulty.calls(Call.RESERVE));
    }

    @ParameterizedTest
    @MethodSource("dev.ashlar.os.OsMemoryTest#implementations")
    void close_pagesNotReturned_isClosedAndTriesAgain(OsMemory os) {
        FaultyOs faulty = new FaultyOs(os);
        Call call = os.canRescope() ? Call.PURGE : Call.UNMAP;
        faulty.failNth(call, 1);
        Reservation reservation = faulty.reserve("test", BYTES, 4096);
        OsException e = assertThrows(OsException.class, reservation::close);
        assertEquals(Errno.ENOMEM, e.errno());
        assertTrue(reservation.isClosed());
        reservation.close();
        reservation.close();
        assertEquals(2, faulty.calls(call));
    }

    private static void assertSecondFails(FaultyOs faulty, Call call, String signature, Runnable action) {
        action.run();
        OsException e = assertThrows(OsException.class, action::run);
        assertEquals(signature + " failed: ENOMEM (12), Cannot allocate memory", e.getMessage());
        assertEquals(Errno.ENOMEM, e.errno());
        action.run();
        assertEquals(3, faulty.calls(call));
    }
}
