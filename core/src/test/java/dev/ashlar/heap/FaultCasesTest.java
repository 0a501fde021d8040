package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.heap.CaseHeap.Setup;
import dev.ashlar.os.OsMemory;
import dev.ashlar.region.OpenSpaces;
import dev.ashlar.testing.ChildJvm;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.heap.CaseHeap.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 49, 50 and 52 of docs/cases.md: the operating system refuses. */
class FaultCasesTest {
    private static final int ENOMEM = 12;

    /** A run that commits for every reason there is; each step's result is freed at the end. */
    private static final class Run {
        private final CaseHeap cases;
        private final int width;
        private final List<Long> live = new ArrayList<>();
        private int refused;

        Run(CaseHeap cases, int width) {
            this.cases = cases;
            this.width = width;
        }

        void go() {
            Heap heap = cases.heap;
            step(REGION_BYTES - 100, () -> heap.allocateAddress(REGION_BYTES - 100));
            step(REGION_BYTES - 100, () -> heap.allocateAddress(REGION_BYTES - 100));
            step(100, () -> heap.allocateAddress(100, 2 * REGION_BYTES));
            step(2 * REGION_BYTES, () -> heap.allocateAddress(2 * REGION_BYTES));
            long span = step(3 * REGION_BYTES, () -> heap.allocateAddress(3 * REGION_BYTES));
            fill(span, 3 * REGION_BYTES);
            live.remove(span);
            // In place, if the regions behind can be had; else it moves.
            long grown = step(5 * REGION_BYTES, () -> heap.resizeAddress(span, 5 * REGION_BYTES));
            check(grown, 3 * REGION_BYTES);
            long small = step(40, () -> heap.allocateAddress(40));
            fill(small, 40);
            live.remove(small);
            check(step(4 * REGION_BYTES, () -> heap.resizeAddress(small, 4 * REGION_BYTES)), 40);
            live.forEach(heap::freeAddress);
            cases.verify();
        }

        /** X as often as the faults last, each time with everything as it was, and then success. */
        private long step(long byteSize, LongSupplier request) {
            for (int attempt = 0; attempt < width; attempt++) {
                try {
                    return served(byteSize, request.getAsLong());
                } catch (PoolExhaustedException e) {
                    refused++;
                    assertEquals(Cause.OPERATING_SYSTEM, e.kind(), e::getMessage);
                    assertEquals(ENOMEM, e.errno());
                    assertEquals(ENOMEM, assertInstanceOf(OsException.class, e.getCause()).errno());
                    assertTrue(String.valueOf(e.getMessage()).contains("mprotect("), e::getMessage);
                    cases.assertFigures(byteSize, e);
                    cases.verify();
                }
            }
            return served(byteSize, request.getAsLong());
        }

        private long served(long byteSize, long block) {
            live.add(block);
            // What was not committed can't be written.
            MemorySegment segment = CaseHeap.raw(block, cases.heap.usableSize(block));
            segment.set(ValueLayout.JAVA_BYTE, byteSize - 1, segment.get(ValueLayout.JAVA_BYTE, byteSize - 1));
            for (long page = 4096; page < byteSize; page += 4096) {
                segment.set(ValueLayout.JAVA_BYTE, page, segment.get(ValueLayout.JAVA_BYTE, page));
            }
            cases.verify();
            return block;
        }

        private static void fill(long block, long byteSize) {
            CaseHeap.raw(block, byteSize).fill((byte) 0x2D);
        }

        private static void check(long block, long byteSize) {
            byte[] expected = new byte[(int) byteSize];
            Arrays.fill(expected, (byte) 0x2D);
            assertEquals(-1, CaseHeap.raw(block, byteSize).mismatch(MemorySegment.ofArray(expected)));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case49_nthCommitFails_isExhaustedAndServedLater(Setup setup) {
        for (boolean hardened : List.of(false, true)) {
            int total = commits(setup, hardened, 0, 1);
            assertTrue(total >= 12, "commits in a run: " + total);
            for (int width = 1; width <= (hardened ? 1 : 2); width++) {
                for (int n = 1; n <= total; n++) {
                    commits(setup, hardened, n, width);
                }
            }
        }
    }

    /** Runs with the n-th commit failing, and as many more as to make a width; returns how many commits were asked for. */
    private static int commits(Setup setup, boolean hardened, int n, int width) {
        try (CaseHeap cases = hardened ? CaseHeap.hardened(setup) : CaseHeap.open(setup)) {
            int before = cases.os.calls(Call.COMMIT);
            for (int i = 0; n > 0 && i < width; i++) {
                cases.os.failNth(Call.COMMIT, before + n + i);
            }
            Run run = new Run(cases, width);
            run.go();
            int asked = cases.os.calls(Call.COMMIT) - before;
            assertTrue(asked >= n, "the fault was met");
            assertTrue(run.refused <= width);
            return asked;
        }
    }

    /** Where nothing else helps, the first refusal is the request's. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case49_firstCommitFails_isExhausted(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            for (long size : new long[] {REGION_BYTES - 100, 3 * REGION_BYTES}) {
                for (int later = 1; later <= 2; later++) {
                    cases.os.failNth(Call.COMMIT, cases.os.calls(Call.COMMIT) + later);
                    var e = cases.assertExhausted(size, Cause.OPERATING_SYSTEM, () -> cases.heap.allocateAddress(size));
                    assertEquals(ENOMEM, e.errno());
                    cases.verify();
                }
                cases.heap.freeAddress(cases.heap.allocateAddress(size));
                cases.heap.trim();
            }
        }
    }

    @Test
    void case50_addressSpaceLimit_isExhaustedAndTheJvmLives() {
        Assumptions.assumeTrue(OsMemory.system().name().equals("posix"), "ulimit -v");
        List<String> java = ChildJvm.command(Limited.class, List.of(
                "-Xmx64m", "-XX:+UseSerialGC", "-XX:ReservedCodeCacheSize=32m", "-XX:CompressedClassSpaceSize=16m",
                "--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"));
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -v 4194304; exec \"$@\"", "sh"));
        command.addAll(java);
        ChildJvm.Result result = ChildJvm.run(command);
        String expected = """
                64 GiB: OPERATING_SYSTEM, errno 12, requested 68719476736, committed 0
                message: heap 'limited': OPERATING_SYSTEM: no addresses for a capacity of 68719476736 bytes
                many of 512 MiB: OPERATING_SYSTEM, errno 12
                each of them serves: true
                after closing them: served
                the JVM lives
                """;
        assertEquals(new ChildJvm.Result(0, expected, ""), result);
    }

    /** Asks for more addresses than its limit leaves, in one piece and in many, and goes on. */
    static final class Limited {
        private Limited() {}

        public static void main(String[] args) {
            PoolExhaustedException refused = refused(() -> limited(1L << 36));
            System.out.printf("64 GiB: %s, errno %d, requested %d, committed %d%n", refused.kind(), refused.errno(),
                    refused.requestedBytes(), refused.statistics().committedBytes());
            System.out.println("message: " + String.valueOf(refused.getMessage()).replaceAll(";.*", ""));
            List<Heap> heaps = new ArrayList<>();
            refused = refused(() -> {
                while (true) {
                    heaps.add(limited(512L << 20));
                }
            });
            System.out.printf("many of 512 MiB: %s, errno %d%n", refused.kind(), refused.errno());
            boolean serve = !heaps.isEmpty();
            for (Heap heap : heaps) {
                MemorySegment block = heap.allocate(100_000, 16);
                block.fill((byte) 1);
                heap.free(block);
                heap.validate();
                serve &= heap.statistics().liveBlocks() == 0;
                heap.close();
            }
            System.out.println("each of them serves: " + serve);
            heaps.clear();
            try (Heap heap = limited(512L << 20)) {
                heap.allocate(100_000, 16).fill((byte) 1);
                System.out.println("after closing them: served");
            }
            System.out.println("the JVM lives");
        }

        private static Heap limited(long capacity) {
            return Heap.builder().name("limited").capacity(capacity).build();
        }

        private static PoolExhaustedException refused(Runnable building) {
            try {
                building.run();
            } catch (PoolExhaustedException e) {
                return e;
            }
            throw new AssertionError("served");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"POSIX_IMMEDIATE", "POSIX_DEFERRED"})
    void case52_purgeFails_isReportedAndMemoryStaysUsable(Setup setup) {
        for (boolean hardened : List.of(false, true)) {
            try (CaseHeap cases = hardened ? CaseHeap.hardened(setup) : CaseHeap.open(setup)) {
                MemorySegment kept = cases.heap.allocate(100, 16);
                MemorySegment dirty = cases.heap.allocate(600_000, 16);
                dirty.fill((byte) 5);
                cases.heap.free(dirty);
                cases.os.failNth(Call.PURGE, cases.os.calls(Call.PURGE) + 1);
                assertEquals(ENOMEM, assertThrows(OsException.class, cases.heap::purge).errno());
                cases.verify();
                MemorySegment again = cases.heap.allocate(600_000, 16);
                again.fill((byte) 6);
                cases.heap.free(again);
                assertTrue(cases.heap.purge() > 0, "purged later");
                cases.verify();
                cases.heap.free(kept);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"POSIX_IMMEDIATE", "POSIX_DEFERRED"})
    void case52_closeWhosePurgeFails_isClosedAllTheSame(Setup setup) {
        CaseHeap cases = CaseHeap.open(setup);
        cases.os.failNth(Call.PURGE, cases.os.calls(Call.PURGE) + 1);
        assertThrows(OsException.class, cases.heap::close);
        assertThrows(IllegalStateException.class, () -> cases.heap.allocateAddress(16));
        assertThrows(IllegalStateException.class, cases.heap::statistics);
        assertTrue(OpenSpaces.ownerOf(cases.base) == null, "no open heap's any more");
        cases.heap.close();
    }

    /** In a JVM of its own: a region that is taken for committed, and is not, ends the process when it is written. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case52_releaseFails_isReportedAndMemoryStaysUsable(Setup setup) {
        ChildJvm.Result result = ChildJvm.run(Releases.class,
                List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"), setup.name());
        assertEquals("as expected\n", result.stdout(), result.stderr());
        assertEquals(0, result.exitCode(), result.stderr());
    }

    /** The n-th release fails, for every n: those of trimming, which throws, and those within a free, which doesn't. */
    static final class Releases {
        private Releases() {}

        public static void main(String[] args) {
            Setup setup = Setup.valueOf(args[0]);
            for (int n = 1; n <= 8; n++) {
                trim(setup, n);
            }
            for (int n = 1; n <= 4; n++) {
                free(setup, n);
            }
            System.out.println("as expected");
        }

        private static void trim(Setup setup, int n) {
            try (CaseHeap cases = CaseHeap.open(setup)) {
                use(cases);
                long before = cases.heap.statistics().committedBytes();
                cases.os.failNth(Call.RELEASE, cases.os.calls(Call.RELEASE) + n);
                assertEquals(ENOMEM, assertThrows(OsException.class, cases.heap::trim).errno());
                cases.verify();
                assertTrue(cases.heap.statistics().committedBytes() <= before);
                use(cases);
                assertTrue(cases.heap.trim() > 0, "released later");
                assertEquals(0, cases.heap.statistics().retainedBytes());
                use(cases);
            }
        }

        private static void free(Setup setup, int n) {
            try (CaseHeap cases = CaseHeap.with(setup, builder -> builder.retained(0))) {
                cases.os.failNth(Call.RELEASE, cases.os.calls(Call.RELEASE) + n);
                use(cases);
                assertEquals(1, cases.heap.failedReleases());
                use(cases);
                assertEquals(1, cases.heap.failedReleases());
                assertEquals(0, cases.heap.statistics().retainedBytes());
            }
        }

        /** Takes, writes and frees four regions more. */
        private static void use(CaseHeap cases) {
            List<MemorySegment> blocks = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                MemorySegment block = cases.heap.allocate(REGION_BYTES - 24, 16);
                block.fill((byte) 9);
                blocks.add(block);
            }
            cases.verify();
            blocks.forEach(cases.heap::free);
            cases.verify();
        }
    }
}
