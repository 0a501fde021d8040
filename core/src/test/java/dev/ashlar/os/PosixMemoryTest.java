package dev.ashlar.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import dev.ashlar.OsException;
import dev.ashlar.testing.ChildJvm;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

class PosixMemoryTest {

    private static final long MIB = 1 << 20;

    private OsMemory os;
    private long page;

    @BeforeEach
    void findPosix() {
        Assumptions.assumeTrue(PosixMemory.unavailable() == null, PosixMemory::unavailable);
        os = OsMemory.posix();
        page = os.pageSizeBytes();
    }

    @Test
    void reserve_uncommitted_isReadOnlyAndUncharged() {
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            assertEquals("r--p", ProcMaps.rights(reservation.address()));
            assertFalse(ProcMaps.flags(reservation.address()).contains("ac"));
        }
    }

    @Test
    void reserve_aligned_leavesNothingBeside() {
        // So aligned that the slack on both sides is not empty, and nothing else lies next to the range.
        try (Reservation reservation = os.reserve("test", MIB, 1 << 30)) {
            assertEquals("", ProcMaps.rights(reservation.address() - 1));
            assertEquals("r--p", ProcMaps.rights(reservation.address()));
            assertEquals("r--p", ProcMaps.rights(reservation.address() + MIB - 1));
            assertEquals("", ProcMaps.rights(reservation.address() + MIB));
        }
    }

    @Test
    void commit_oneRegionOfATebibyte_isWritableAlone() throws IOException {
        boolean strict = Files.readString(Path.of("/proc/sys/vm/overcommit_memory")).strip().equals("2");
        try (Reservation reservation = os.reserve("test", 1L << 40, 64 * MIB)) {
            long region = reservation.address() + (1L << 39);
            os.commit(region, 64 * MIB);
            Memory.putLong(region + 64 * MIB - 8, 42);
            assertEquals(42, Memory.getLong(region + 64 * MIB - 8));
            assertEquals("rw-p", ProcMaps.rights(region));
            assertEquals(strict, ProcMaps.flags(region).contains("ac"));
            assertEquals("r--p", ProcMaps.rights(region - 1));
            assertEquals("r--p", ProcMaps.rights(region + 64 * MIB));
            assertEquals(0, Memory.getLong(reservation.address() + (1L << 40) - 8));
            os.release(region, 64 * MIB);
            assertEquals("r--p", ProcMaps.rights(region));
            assertFalse(ProcMaps.flags(region).contains("ac"));
        }
    }

    @Test
    void residentBytes_reads_countNothing() {
        try (Reservation reservation = os.reserve("test", MIB, 4096)) {
            assertEquals(-1, Memory.mismatchZero(reservation.address(), MIB));
            assertEquals(0, os.residentBytes(reservation.address(), MIB));
        }
    }

    /** Random steps on 64 pages, compared after each with what pages a model says are committed, and hold what. */
    @Test
    void steps_random_contentsAndResidentPagesFollowTheModel() {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        Random random = new Random(seed);
        int pages = 64; // too few to be given a huge page
        boolean[] committed = new boolean[pages];
        boolean[] resident = new boolean[pages];
        byte[] value = new byte[pages];
        try (Reservation reservation = os.reserve("test", pages * page, 4096)) {
            for (int step = 0; step < 2000; step++) {
                int from = random.nextInt(pages);
                int to = from + 1 + random.nextInt(Math.min(8, pages - from));
                long address = reservation.address() + from * page;
                long bytes = (to - from) * page;
                switch (random.nextInt(4)) {
                    case 0 -> {
                        os.commit(address, bytes);
                        Arrays.fill(committed, from, to, true);
                    }
                    case 1 -> {
                        os.release(address, bytes);
                        Arrays.fill(committed, from, to, false);
                        Arrays.fill(resident, from, to, false);
                        Arrays.fill(value, from, to, (byte) 0);
                    }
                    case 2 -> {
                        os.purge(address, bytes);
                        Arrays.fill(resident, from, to, false);
                        Arrays.fill(value, from, to, (byte) 0);
                    }
                    default -> {
                        if (committed[from]) {
                            value[from] = (byte) random.nextInt();
                            resident[from] = true;
                            Memory.fill(address, page, value[from]);
                        }
                    }
                }
                int expected = 0;
                for (int i = 0; i < pages; i++) {
                    assertEquals(value[i], Memory.getByte(reservation.address() + i * page + page - 1),
                            "page " + i + ", step " + step + ", ashlar.seed " + seed);
                    expected += resident[i] ? 1 : 0;
                }
                assertEquals(expected * page, os.residentBytes(reservation.address(), pages * page),
                        "step " + step + ", ashlar.seed " + seed);
            }
        }
    }

    @Test
    void residentBytes_moreThanOneChunk_countsEachPage() {
        long bytes = 20_000 * page;
        try (Reservation reservation = os.reserve("test", bytes, 4096)) {
            for (long i : new long[] {0, 8191, 8192, 16_383, 16_384, 19_999}) {
                // Alone in its commit, so that no huge page comes with it.
                os.commit(reservation.address() + i * page, page);
                Memory.putByte(reservation.address() + i * page, (byte) 1);
            }
            assertEquals(6 * page, os.residentBytes(reservation.address(), bytes));
            assertEquals(2 * page, os.residentBytes(reservation.address() + 8191 * page, 2 * page));
        }
    }

    @Test
    void commit_notMapped_failsWithErrno() {
        Reservation reservation = os.reserve("test", MIB, 4096);
        reservation.close();
        // The first page of all is never mapped (vm.mmap_min_addr).
        OsException e = assertThrows(OsException.class, () -> os.commit(page, page));
        assertEquals("mprotect(0x" + Long.toHexString(page) + ", " + page
                + ", READ|WRITE) failed: ENOMEM (12), Cannot allocate memory", e.getMessage());
        assertEquals("mprotect", e.call());
        assertEquals(page, e.address());
        assertEquals(page, e.bytes());
        assertEquals(Errno.ENOMEM, e.errno());
    }

    @Test
    void commit_tooManyMappings_failsAndReleaseLeadsOut() throws IOException {
        long limit = Long.parseLong(Files.readString(Path.of("/proc/sys/vm/max_map_count")).strip());
        Assumptions.assumeTrue(limit <= 1 << 20, "reaching the limit would take too long");
        ChildJvm.Result result = ChildJvm.run(TooManyMappings.class,
                List.of("--enable-native-access=ALL-UNNAMED", "-Xms64m", "-Xmx64m"));
        assertEquals(new ChildJvm.Result(0, "ENOMEM (12), then released and committed\n", ""), result);
    }

    @Test
    void reserve_addressesHeldByClosedReservations_collectsAndSucceeds() {
        ChildJvm.Result result =
                ChildJvm.run(OpenAndClose.class, List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m"));
        assertEquals(new ChildJvm.Result(0, "as expected\n", ""), result);
    }

    /** Reserves more than the addresses there are, a part at a time, and makes no garbage that would be collected. */
    static final class OpenAndClose {

        private OpenAndClose() {}

        public static void main(String[] args) {
            for (int i = 0; i < 100; i++) {
                OsMemory.posix().reserve("test", 1L << 44, 1 << 21).close();
            }
            Reservation[] open = new Reservation[100];
            try {
                for (int i = 0; i < open.length; i++) {
                    open[i] = OsMemory.posix().reserve("open", 1L << 44, 1 << 21);
                }
                throw new AssertionError("more addresses than expected");
            } catch (OsException e) {
                System.out.println(e.errno() == Errno.ENOMEM ? "as expected" : e.getMessage());
            }
        }
    }

    /** Makes every second page writable until the process has all the mappings it may have, and goes on from there. */
    static final class TooManyMappings {

        private static final int MOST = 1 << 20;
        private static final long HOLE_BYTES = 1 << 30;

        private TooManyMappings() {}

        public static void main(String[] args) {
            OsMemory os = OsMemory.posix();
            // Once below the limit: at it the JVM could not map what loading a class or starting a thread takes.
            run(os, 64, 2);
            System.out.println(run(os, MOST, 64) ? "ENOMEM (12), then released and committed" : "no failure");
        }

        private static boolean run(OsMemory os, int commits, int mappings) {
            long page = os.pageSizeBytes();
            long step = 2 * page;
            long hole = os.map(Arena.global(), HOLE_BYTES, page).address();
            Reservation reservation = os.reserve("test", commits * step, page);
            os.unmap(hole, HOLE_BYTES); // for mappings that lie apart, and so do not join
            long end = reservation.address();
            boolean refused = false;
            try {
                for (int i = 0; i < commits; i++, end += step) {
                    os.commit(end, page);
                    Memory.putByte(end, (byte) 1);
                }
                os.commit(page, page); // never mapped
            } catch (OsException e) {
                refused = e.errno() == Errno.ENOMEM;
            }
            // A commit splits a mapping, and is refused before the last one that a new mapping would get.
            int mapped = 0;
            long[] apart = new long[mappings];
            try {
                for (; mapped < mappings; mapped++) {
                    apart[mapped] = PosixCalls.mmap(hole + mapped * step, page, 0, "READ");
                }
                os.commit(page, page);
            } catch (OsException e) {
                refused &= e.errno() == Errno.ENOMEM;
            }
            for (long at = reservation.address(); at < end; at += step) {
                os.release(at, page);
                if (Memory.getByte(at) != 0) {
                    throw new AssertionError("not zero after release");
                }
            }
            os.commit(reservation.address(), page);
            Memory.putByte(reservation.address(), (byte) 1);
            for (int i = 0; i < mapped; i++) {
                os.unmap(apart[i], page);
            }
            reservation.close();
            return refused && (commits < MOST || mapped < mappings);
        }
    }
}
