package dev.ashlar.heap;

import java.util.Random;
import java.util.function.BooleanSupplier;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.heap.CaseHeap.Setup;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * How often random damage passes the checks of a header, measured (case 21 of docs/cases.md): each line that this prints is a row of the table
 * in ARCHITECTURE.md. Another seed: {@code -Dashlar.seed=N}.
 */
class HeaderMissRateTest {
    private static final long SEED = Long.getLong("ashlar.seed", 0x41_53_48_4C_41_52L);
    private static final int TRIALS = 2_000_000;
    private static final int HEAP_TRIALS = 10_000;
    private static final long BYTES = 1 << 20;

    @Test
    void case21_randomWordB_passesAboutOnceIn128() {
        rates((headers, block, random) -> {
            double anyState = 7.0 / 8 / 128;
            measure("word B, 32 random bits, passes as any state", anyState, TRIALS, () -> {
                return headers.isIntact(block, random.nextInt());
            });
            measure("word B, 32 random bits, passes as a live block", 1.0 / 8 / 128, TRIALS, () -> {
                int word = random.nextInt();
                return headers.isIntact(block, word) && Headers.state(word) == BlockLayout.LIVE;
            });
            headers.set(block, 100, BlockLayout.LIVE);
            int sound = headers.rawWord(block);
            // The fold keeps a parity for every seventh bit: it misses 54 of the 496 pairs, those with both bits under one parity.
            measure("word B of a live block, 2 random bits flipped", 54.0 / 496, TRIALS, () -> {
                return headers.isIntact(block, sound ^ twoBits(random));
            });
        });
    }

    @Test
    void case21_randomWordA_passesAboutOnceIn1024() {
        rates((headers, block, random) -> measure("word A, 32 random bits, passes", 1.0 / 1024, TRIALS / 2, () -> {
            Memory.putInt(block - BlockLayout.HEADER_BYTES, random.nextInt());
            return passesA(headers, block);
        }));
    }

    @Test
    void case21_randomHeader_passesAboutOnceInAMillion() {
        rates((headers, block, random) -> measure("whole header, 64 random bits, passes as a live block",
                1.0 / 8 / 128 / 1024, 16 * TRIALS, () -> {
                    int wordB = random.nextInt();
                    if (!headers.isIntact(block, wordB) || Headers.state(wordB) != BlockLayout.LIVE) {
                        return false;
                    }
                    Memory.putInt(block - BlockLayout.HEADER_BYTES, random.nextInt());
                    return passesA(headers, block);
                }));
    }

    /** A sound header at another address, as after a wild free or a copy: the start bits, which are exact, not asked. */
    @Test
    void case21_soundHeaderOfAnotherBlock_passesAboutOnceIn128() {
        rates((headers, block, random) -> {
            headers.set(block, 100, BlockLayout.LIVE);
            int copied = headers.rawWord(block);
            measure("word B of another block, at a random address", 1.0 / 128, TRIALS, () -> {
                return headers.isIntact(block + (1 + random.nextInt(1 << 20)) * 16L, copied);
            });
        });
    }

    /** Each single bit, at many addresses: never missed. */
    @Test
    void case21_singleBit_isNeverMissed() {
        rates((headers, block, random) -> {
            for (int i = 0; i < 10_000; i++) {
                long at = block + random.nextInt((int) (BYTES / 32)) * 16L;
                int units = random.nextInt(1 << 22);
                headers.set(at, units, 1 + random.nextInt(5));
                headers.setPreviousFreeUnits(at, units);
                int sound = headers.rawWord(at);
                assertTrue(headers.isIntact(at, sound));
                assertEquals(units, headers.previousFreeUnits(at));
                int soundA = Memory.getInt(at - BlockLayout.HEADER_BYTES);
                for (int bit = 0; bit < Integer.SIZE; bit++) {
                    assertTrue(!headers.isIntact(at, sound ^ 1 << bit), "word B, bit " + bit);
                    Memory.putInt(at - BlockLayout.HEADER_BYTES, soundA ^ 1 << bit);
                    assertTrue(!passesA(headers, at), "word A, bit " + bit);
                }
            }
            System.out.println("header, 1 bit flipped: 0 of 640000 pass (exact)");
        });
    }

    /** As a free checks it all: header, start bit, the size inside the region, the neighbours. */
    @Test
    void case21_randomHeaderFreed_isRefused() {
        Random random = new Random(SEED);
        int missed = 0;
        try (CaseHeap cases = CaseHeap.open(Setup.POSIX_IMMEDIATE)) {
            long before = cases.heap.allocateAddress(5000);
            long block = cases.heap.allocateAddress(5000);
            long behind = cases.heap.allocateAddress(5000);
            for (int i = 0; i < HEAP_TRIALS; i++) {
                cases.plantHeader(block, random.nextLong());
                try {
                    cases.heap.freeAddress(block);
                    missed++;
                    break;
                } catch (HeapCorruptionException | InvalidFreeException e) {
                    cases.repair();
                    if (cases.heap.isFenced()) {
                        cases.heap.recover();
                    }
                }
            }
            System.out.printf("free of a block with 64 random bits for a header: %d of %d pass (seed %d)%n", missed,
                    HEAP_TRIALS, SEED);
            assertEquals(0, missed, "expected once in 134 million: the next header has to pass, too");
            cases.heap.freeAddress(before);
            cases.heap.freeAddress(block);
            cases.heap.freeAddress(behind);
        }
    }

    /** Wild addresses inside the heap are refused by the start bits: exactly, whatever stands before them. */
    @Test
    void case21_wildAddressFreed_isNeverTakenForABlock() {
        Random random = new Random(SEED);
        try (CaseHeap cases = CaseHeap.open(Setup.POSIX_IMMEDIATE)) {
            long block = cases.heap.allocateAddress(1 << 20);
            for (long at = block + 16; at < block + (1 << 20); at += 16) {
                // A sound header before each: only the start bit tells.
                cases.headers.set(at, 2, BlockLayout.LIVE);
                cases.headers.setPreviousFreeUnits(at, 0);
            }
            for (int i = 0; i < TRIALS / 20; i++) {
                long wild = block + 1 + random.nextInt((1 << 20) - 1);
                assertThrows(InvalidFreeException.class, () -> cases.heap.freeAddress(wild));
            }
            System.out.printf("free of a wild address in the heap: 0 of %d pass (exact; seed %d)%n", TRIALS / 20, SEED);
            cases.heap.freeAddress(block);
        }
    }

    private static boolean passesA(Headers headers, long block) {
        try {
            return headers.previousFreeUnits(block) >= 0;
        } catch (HeapCorruptionException e) {
            return false;
        }
    }

    private static int twoBits(Random random) {
        int first = random.nextInt(Integer.SIZE);
        int second = (first + 1 + random.nextInt(Integer.SIZE - 1)) % Integer.SIZE;
        return 1 << first | 1 << second;
    }

    private interface Rates {
        void measure(Headers headers, long block, Random random);
    }

    private static void rates(Rates rates) {
        Reservation reservation = OsMemory.system().reserve("rates", BYTES, BYTES);
        try (reservation) {
            OsMemory.system().commit(reservation.address(), BYTES);
            Random random = new Random(SEED);
            Headers headers = new Headers(new Geometry(reservation.address(), 20, 1), random.nextLong());
            rates.measure(headers, reservation.address() + 16, random);
        }
    }

    private static void measure(String what, double expected, int trials, BooleanSupplier passes) {
        double rate = count(what, expected, trials, passes);
        double sigma = Math.sqrt(expected * (1 - expected) / trials);
        assertTrue(Math.abs(rate - expected) <= 6 * sigma + 1.0 / trials,
                what + ": " + rate + " (expected: about " + expected + ")");
    }

    private static double count(String what, double expected, int trials, BooleanSupplier passes) {
        int passed = 0;
        for (int i = 0; i < trials; i++) {
            if (passes.getAsBoolean()) {
                passed++;
            }
        }
        double rate = (double) passed / trials;
        System.out.printf("%s: %d of %d, one in %.0f (expected: one in %.0f; seed %d)%n", what, passed, trials,
                rate == 0 ? Double.POSITIVE_INFINITY : 1 / rate, 1 / expected, SEED);
        return rate;
    }
}
