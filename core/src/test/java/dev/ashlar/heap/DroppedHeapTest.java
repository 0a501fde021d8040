package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.regex.Pattern;

import dev.ashlar.os.OsMemory;
import dev.ashlar.region.OpenSpaces;
import dev.ashlar.testing.ChildJvm;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Case 54 of docs/cases.md as far as a one-owner heap goes. In a JVM of its own: the collector is asked often, the report read from stderr. */
class DroppedHeapTest {
    private static final Pattern REPORT =
            Pattern.compile("reservation \"dropped\" \\([0-9]+ bytes at 0x[0-9a-f]+\\): dropped without being closed");

    @ParameterizedTest
    @EnumSource(Drop.Case.class)
    void case54_droppedHeap_isCleanedUpAndReportedOnce(Drop.Case dropped) {
        Assumptions.assumeTrue(OsMemory.system().name().equals("posix"), "posix");
        ChildJvm.Result result =
                ChildJvm.run(Drop.class, List.of("--enable-native-access=ALL-UNNAMED"), dropped.name());
        assertEquals("as expected\n", result.stdout(), result.stderr());
        assertEquals(0, result.exitCode(), result.stderr());
        assertEquals(dropped == Drop.Case.CLOSED ? 0 : 1, REPORT.matcher(result.stderr()).results().count(),
                result.stderr());
    }

    /** Drops one heap with live blocks in one of several ways, and checks when it is unmapped. */
    static final class Drop {
        enum Case {
            OPEN, SLICE, HARDENED, HARDENED_SLICE, CLOSED
        }

        // A static, so that neither the interpreter's frame nor the JIT decides how long it is reachable.
        private static MemorySegment kept = MemorySegment.NULL;

        private Drop() {}

        public static void main(String[] args) throws InterruptedException {
            FaultyOs os = new FaultyOs(OsMemory.posix());
            long address = drop(os, Case.valueOf(args[0]));
            if (!kept.equals(MemorySegment.NULL)) {
                collect();
                check(os.calls(Call.UNMAP) == 0, "unmapped under a slice");
                kept.set(ValueLayout.JAVA_LONG, 0, 43);
                check(kept.get(ValueLayout.JAVA_LONG, 0) == 43, "the slice is not the memory");
                kept = MemorySegment.NULL;
            }
            await(os, 1);
            collect();
            check(os.calls(Call.UNMAP) == 1, "unmapped twice");
            check(OpenSpaces.ownerOf(address) == null, "still an open heap's");
            System.out.println("as expected");
        }

        private static long drop(FaultyOs os, Case dropped) {
            boolean hardened = dropped == Case.HARDENED || dropped == Case.HARDENED_SLICE;
            Heap heap = Heap.builder().name("dropped").capacity(8 << 20).hardened(hardened).os(os).build();
            MemorySegment block = heap.allocate(5000, 16);
            block.set(ValueLayout.JAVA_LONG, 0, 42);
            if (dropped == Case.SLICE || dropped == Case.HARDENED_SLICE) {
                kept = block.asSlice(0, 8);
            } else if (dropped == Case.CLOSED) {
                heap.close();
            }
            return block.address();
        }

        /** Has the collector and the Cleaner do whatever they can: see dev.ashlar.os.DroppedReservationTest. */
        private static void collect() throws InterruptedException {
            FaultyOs control = new FaultyOs(OsMemory.posix());
            for (int i = 1; i <= 3; i++) {
                dropClosed(control);
                await(control, i);
            }
        }

        private static void dropClosed(FaultyOs os) {
            Heap.builder().name("control").capacity(1 << 20).os(os).build().close();
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
