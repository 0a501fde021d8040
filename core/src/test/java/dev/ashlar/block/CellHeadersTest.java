package dev.ashlar.block;

import java.util.Random;

import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What a cell's header says and keeps, and how much damage passes its check, measured (case 21 of docs/cases.md). Another seed: {@code
 * -Dashlar.seed=N}.
 */
class CellHeadersTest {
    private static final long SEED = Long.getLong("ashlar.seed", 0x43_45_4C_4CL);
    private static final long BYTES = 1 << 20;
    private static final int TRIALS = 5_000_000;

    private final Reservation reservation = OsMemory.system().reserve("cells", BYTES, BYTES);
    private final Random random = new Random(SEED);

    CellHeadersTest() {
        OsMemory.system().commit(reservation.address(), BYTES);
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    private long cell() {
        return reservation.address() + 16 + 16L * random.nextInt((int) (BYTES / 16) - 1);
    }

    private static long raw(long cell) {
        return Memory.getLong(cell - BlockLayout.HEADER_BYTES);
    }

    private static void putRaw(long cell, long header) {
        Memory.putLong(cell - BlockLayout.HEADER_BYTES, header);
    }

    @Test
    void read_everyClassAndOwner_isWhatWasWritten() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            for (int owner = 0; owner <= CellHeaders.MAX_OWNER; owner += owner < 3 ? 1 : 997) {
                long cell = cell();
                CellHeaders.write(cell, CellHeaders.liveCode(sizeClass, owner));
                long code = CellHeaders.read(cell);
                assertTrue(CellHeaders.isLive(code) && CellHeaders.isIntact(code) && !CellHeaders.isFree(code));
                assertEquals(sizeClass, CellHeaders.sizeClass(code));
                assertEquals(owner, CellHeaders.owner(code));
                assertEquals(owner == CellHeaders.POOL, CellHeaders.isLiveOfPool(cell, raw(cell)));
            }
            long cell = cell();
            CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
            long code = CellHeaders.read(cell);
            assertTrue(CellHeaders.isFree(code) && CellHeaders.isIntact(code) && !CellHeaders.isLive(code));
            assertEquals(sizeClass, CellHeaders.sizeClass(code));
            assertFalse(CellHeaders.isLiveOfPool(cell, raw(cell)));
        }
    }

    @Test
    void exchange_ofTwo_oneSucceeds() {
        long cell = cell();
        CellHeaders.write(cell, CellHeaders.liveCode(7));
        assertFalse(CellHeaders.exchange(cell, CellHeaders.liveCode(8), CellHeaders.freeCode(7)));
        assertTrue(CellHeaders.exchange(cell, CellHeaders.liveCode(7), CellHeaders.freeCode(7)));
        assertFalse(CellHeaders.exchange(cell, CellHeaders.liveCode(7), CellHeaders.freeCode(7)));
        assertTrue(CellHeaders.isFree(CellHeaders.read(cell)));
    }

    @Test
    void erase_isNoHeader() {
        for (int i = 0; i < 100_000; i++) {
            long cell = cell();
            CellHeaders.write(cell, CellHeaders.liveCode(i % SizeClasses.COUNT));
            CellHeaders.erase(cell);
            assertFalse(CellHeaders.isIntact(CellHeaders.read(cell)), "zeros");
            assertFalse(CellHeaders.isLiveOfPool(cell, raw(cell)), "zeros");
        }
    }

    private long anyCode() {
        int sizeClass = random.nextInt(SizeClasses.COUNT);
        return switch (random.nextInt(3)) {
            case 0 -> CellHeaders.freeCode(sizeClass);
            case 1 -> CellHeaders.liveCode(sizeClass);
            default -> CellHeaders.liveCode(sizeClass, random.nextInt(CellHeaders.MAX_OWNER + 1));
        };
    }

    /** As a pool asks: a header of a cell of the class that its slab has. */
    private static boolean passes(long cell, int sizeClass) {
        long code = CellHeaders.read(cell);
        return CellHeaders.isIntact(code) && CellHeaders.sizeClass(code) == sizeClass;
    }

    /** Each single bit, of many headers at many addresses: never missed. */
    @Test
    void case21_singleBitOfACellsHeader_isNeverMissed() {
        for (int i = 0; i < 20_000; i++) {
            long cell = cell();
            long written = anyCode();
            CellHeaders.write(cell, written);
            long sound = raw(cell);
            assertTrue(passes(cell, CellHeaders.sizeClass(written)));
            for (int bit = 0; bit < Long.SIZE; bit++) {
                putRaw(cell, sound ^ 1L << bit);
                assertFalse(passes(cell, CellHeaders.sizeClass(written)), "bit " + bit);
                assertFalse(CellHeaders.isLiveOfPool(cell, raw(cell)), "bit " + bit);
            }
        }
        System.out.println("cell header, 1 bit flipped: 0 of 1280000 pass (exact)");
    }

    /** Every pair of bits, of some headers. */
    @Test
    void case21_twoBitsOfACellsHeader_passSeldom() {
        long passed = 0;
        long tried = 0;
        for (int i = 0; i < 500; i++) {
            long cell = cell();
            CellHeaders.write(cell, anyCode());
            long sound = raw(cell);
            for (int first = 0; first < Long.SIZE; first++) {
                for (int second = first + 1; second < Long.SIZE; second++) {
                    putRaw(cell, sound ^ 1L << first ^ 1L << second);
                    tried++;
                    passed += CellHeaders.isIntact(CellHeaders.read(cell)) ? 1 : 0;
                }
            }
        }
        System.out.printf("cell header, 2 bits flipped: %d of %d pass, one in %.0f (seed %d)%n", passed, tried,
                passed == 0 ? Double.POSITIVE_INFINITY : (double) tried / passed, SEED);
        // An owner stands twice, and the mark of a free cell is two bits: those pairs look like another owner's, or another state's.
        assertTrue(passed * 60 < tried, passed + " of " + tried + " (expected: at most one in 60)");
    }

    @Test
    void case21_randomWord_isNoCellsHeader() {
        int passed = 0;
        for (int i = 0; i < TRIALS; i++) {
            long cell = cell();
            putRaw(cell, random.nextLong());
            passed += CellHeaders.isIntact(CellHeaders.read(cell)) ? 1 : 0;
        }
        System.out.printf("cell header, 64 random bits: %d of %d pass (expected: one in 2^41; seed %d)%n", passed,
                TRIALS, SEED);
        assertEquals(0, passed);
    }

    /**
     * As after a copy that went too far. A live cell's header is nowhere else a live one's of the pool; a free cell's may be, at the one
     * distance at which the secret makes the two states look alike.
     */
    @Test
    void case21_headerOfAnotherCell_passesSeldom() {
        int trials = TRIALS / 5;
        int passed = 0;
        for (int i = 0; i < trials; i++) {
            long cell = cell();
            long other = cell();
            if (other == cell) {
                continue;
            }
            int sizeClass = random.nextInt(SizeClasses.COUNT);
            CellHeaders.write(cell, CellHeaders.liveCode(sizeClass));
            putRaw(other, raw(cell));
            assertFalse(CellHeaders.isLiveOfPool(other, raw(other)));
            CellHeaders.write(cell, anyCode());
            putRaw(other, raw(cell));
            passed += CellHeaders.isIntact(CellHeaders.read(other)) ? 1 : 0;
        }
        System.out.printf("cell header of another cell, at a random distance below 1 MiB: %d of %d pass (seed %d)%n",
                passed, trials, SEED);
        assertTrue(passed * 5000L < trials, passed + " of " + trials + " (expected: at most one in 5000)");
    }

    /** What users write: small numbers, addresses of their own, text. */
    @Test
    void case21_whatUsersWrite_isNoCellsHeader() {
        for (int i = 0; i < TRIALS / 5; i++) {
            long cell = cell();
            long word = switch (i % 4) {
                case 0 -> i;
                case 1 -> cell();
                case 2 -> -1L - i;
                default -> 0x2020_2020_2020_2020L | (random.nextLong() & 0x5F5F_5F5F_5F5F_5F5FL);
            };
            putRaw(cell, word);
            assertFalse(CellHeaders.isIntact(CellHeaders.read(cell)), () -> Long.toHexString(word));
        }
    }
}
