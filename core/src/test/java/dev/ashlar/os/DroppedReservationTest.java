package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.ashlar.testing.ChildJvm;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each case runs in a JVM of its own: the collector is asked often, and the report is read from its stderr. */
class DroppedReservationTest {

    private static final Pattern REPORT = Pattern.compile("reservation \"dropped\" \\(1048576 bytes at 0x[0-9a-f]+\\): "
            + "dropped without being closed; its memory (is returned now|stays mapped until the process ends)");

    @ParameterizedTest
    @CsvSource({
        "OPEN,         is returned now",
        "SLICE,        is returned now",
        "INNER_SLICE,  is returned now",
        "UNMAP_FAILS,  is returned now",
        "CLOSED,       ''",
        "CLOSED_INNER, ''",
        "PORTABLE,     stays mapped until the process ends",
    })
    void drop_eachCase_isReportedOnceUnlessClosed(Drop.Case dropped, String outcome) {
        Assumptions.assumeTrue(PosixMemory.unavailable() == null, PosixMemory::unavailable);
        ChildJvm.Result result =
                ChildJvm.run(Drop.class, List.of("--enable-native-access=ALL-UNNAMED"), dropped.name());
        assertEquals("as expected\n", result.stdout(), result.stderr());
        assertEquals(0, result.exitCode());
        Matcher report = REPORT.matcher(result.stderr());
        if (outcome.isEmpty()) {
            assertEquals("", result.stderr());
        } else {
            assertTrue(report.find(), result.stderr());
            assertEquals(outcome, report.group(1));
            assertTrue(!report.find(), () -> "more than one report: " + result.stderr());
        }
        assertEquals(dropped == Drop.Case.UNMAP_FAILS, result.stderr().contains(": not unmapped"), result.stderr());
    }

    /** Drops one reservation in one of several ways, and checks when it is unmapped. */
    static final class Drop {

        enum Case {
            OPEN, SLICE, INNER_SLICE, UNMAP_FAILS, CLOSED, CLOSED_INNER, PORTABLE
        }

        private static final long BYTES = 1 << 20;

        // A static, so that neither the interpreter's frame nor the JIT decides how long it is reachable.
        private static MemorySegment kept = MemorySegment.NULL;

        private Drop() {}

        public static void main(String[] args) throws InterruptedException {
            Case dropped = Case.valueOf(args[0]);
            FaultyOs os = new FaultyOs(dropped == Case.PORTABLE ? OsMemory.portable() : OsMemory.posix());
            if (dropped == Case.UNMAP_FAILS) {
                os.failNth(Call.UNMAP, 1);
            }
            long address = drop(os, dropped);
            if (!kept.equals(MemorySegment.NULL)) {
                collect();
                check(os.calls(Call.UNMAP) == 0, "unmapped under a slice");
                kept.set(ValueLayout.JAVA_LONG, 0, 43);
                check(Memory.getLong(address) == 43, "the slice is not the memory");
                kept = MemorySegment.NULL;
            }
            if (dropped == Case.PORTABLE) {
                collect();
                check(os.calls(Call.UNMAP) == 0 && Memory.getLong(address) == 43, "unmapped");
            } else {
                await(os, 1);
                check(ProcMaps.rights(address).isEmpty() != (dropped == Case.UNMAP_FAILS), "mapped, or not");
                collect();
                check(os.calls(Call.UNMAP) == 1, "unmapped twice");
            }
            System.out.println("as expected");
        }

        private static long drop(OsMemory os, Case dropped) {
            Reservation reservation = os.reserve("dropped", BYTES, 4096);
            os.commit(reservation.address(), BYTES);
            switch (dropped) {
                case SLICE, PORTABLE -> kept = reservation.segment().asSlice(0, 8);
                case INNER_SLICE, CLOSED_INNER -> kept = reservation.segmentIn(Arena.ofShared()).asSlice(0, 8);
                default -> {
                    // nothing keeps it
                }
            }
            if (dropped == Case.CLOSED || dropped == Case.CLOSED_INNER) {
                reservation.close();
            }
            return reservation.address();
        }

        /**
         * Has the collector and the Cleaner do whatever they can: each of a few reservations, dropped one after the
         * other, must be unmapped. What was unreachable before the first was dropped is then long dealt with.
         */
        private static void collect() throws InterruptedException {
            FaultyOs control = new FaultyOs(OsMemory.posix());
            for (int i = 1; i <= 3; i++) {
                dropClosed(control);
                await(control, i);
            }
        }

        private static void dropClosed(OsMemory os) {
            os.reserve("control", BYTES, 4096).close();
        }

        private static void await(FaultyOs os, int unmapped) throws InterruptedException {
            for (int i = 0; i < 200; i++) {
                System.gc();
                if (os.awaitCalls(Call.UNMAP, unmapped, 100)) {
                    return;
                }
            }
            throw new AssertionError("still mapped after 200 collections");
        }

        private static void check(boolean condition, String otherwise) {
            if (!condition) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
