package dev.ashlar.os;

import java.lang.foreign.ValueLayout;
import java.util.List;

import dev.ashlar.testing.ChildJvm;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NativeAccessTest {

    @Test
    void system_denied_isPortableWithoutAWarning() {
        ChildJvm.Result result = ChildJvm.run(Use.class, List.of("--illegal-native-access=deny"));
        String expected = """
                portable, direct: false
                posix memory: unavailable: native access: denied to the unnamed module
                written: 42 42
                outside: IllegalStateException
                closed: IllegalStateException
                """;
        assertEquals(new ChildJvm.Result(0, expected, ""), result);
    }

    @Test
    void system_enabled_isPosixWithoutAWarning() {
        assumeLinux();
        ChildJvm.Result result = ChildJvm.run(Use.class,
                List.of("--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"));
        assertEquals(new ChildJvm.Result(0, posixOutput(), ""), result);
    }

    @Test
    void system_byDefault_isPosixThoughJavaWarns() {
        assumeLinux();
        ChildJvm.Result result = ChildJvm.run(Use.class, List.of());
        assertEquals(0, result.exitCode(), result.stderr());
        assertEquals(posixOutput(), result.stdout());
        // If Java were silent here, "deny" would be the default, and the portable memory the right answer.
        assertTrue(result.stderr().startsWith("WARNING: A restricted method"), result.stderr());
    }

    private static void assumeLinux() {
        // As the parent sees it: it has the same system, and native access.
        Assumptions.assumeTrue(PosixMemory.unavailable() == null, PosixMemory::unavailable);
    }

    private static String posixOutput() {
        return """
                posix, direct: true
                written: 42 42
                """;
    }

    /** Uses the system's memory, and says what it found. */
    static final class Use {

        private Use() {}

        public static void main(String[] args) {
            OsMemory os = OsMemory.system();
            System.out.println(os.name() + ", direct: " + Memory.DIRECT);
            if (!Memory.DIRECT) {
                System.out.println(thrownBy(OsMemory::posix).getMessage());
            }
            Reservation reservation = os.reserve("test", 1 << 20, 1 << 16);
            long address = reservation.address();
            os.commit(address, 1 << 20);
            Memory.fill(address + 8, 8, (byte) 1);
            Memory.copy(address + 8, address + 1, 8);
            Memory.putInt(address + 20, Memory.getInt(address + 8));
            Memory.putByte(address + 24, Memory.getByte(address + 20));
            if (Memory.mismatchZero(address + 25, (1 << 20) - 25) != -1 || Memory.mismatchZero(address, 9) != 1) {
                throw new AssertionError("mismatchZero");
            }
            Memory.putLong(address + 512, 42);
            System.out.println("written: " + Memory.getLong(address + 512) + " "
                    + reservation.segment().get(ValueLayout.JAVA_LONG, 512));
            if (!Memory.DIRECT) {
                System.out.println("outside: " + name(thrownBy(() -> Memory.getByte(address + (1 << 20)))));
            }
            reservation.close();
            if (!Memory.DIRECT) {
                System.out.println("closed: " + name(thrownBy(() -> Memory.getLong(address))));
            }
        }

        private static String name(RuntimeException e) {
            return e.getClass().getSimpleName();
        }

        private static RuntimeException thrownBy(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException e) {
                return e;
            }
            throw new AssertionError("nothing thrown");
        }
    }
}
