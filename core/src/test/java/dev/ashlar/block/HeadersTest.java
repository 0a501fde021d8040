package dev.ashlar.block;

import java.util.List;
import java.util.Random;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class HeadersTest {
    private static final int REGION_SHIFT = 20;
    private static final List<Integer> STATES = List.of(
            BlockLayout.FREE, BlockLayout.LIVE, BlockLayout.CACHED, BlockLayout.WITHHELD, BlockLayout.SENTINEL);
    private static final long[] SECRETS = {0, 1, -1, 0x0123_4567_89AB_CDEFL};

    private final Reservation reservation =
            OsMemory.system().reserve("headers", 1L << REGION_SHIFT, 1L << REGION_SHIFT);
    private final Geometry geometry = new Geometry(reservation.address(), REGION_SHIFT, 1);

    @BeforeEach
    void commit() {
        OsMemory.system().commit(reservation.address(), reservation.byteSize());
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    private long[] blocks() {
        long first = geometry.firstBlock(0);
        return new long[] {first, first + 16, first + 0x1230, geometry.regionEnd(0)};
    }

    /** Every size of one, two and three bits, and some of many. */
    private static int[] sizes() {
        Random random = new Random(5);
        int[] sizes = new int[300];
        sizes[1] = BlockLayout.UNITS_MASK;
        for (int i = 2; i < sizes.length; i++) {
            int bits = (1 << random.nextInt(22)) | (1 << random.nextInt(11));
            sizes[i] = i < 24 ? 1 << (i - 2) : i < 150 ? bits : random.nextInt(1 << 22);
        }
        return sizes;
    }

    @Test
    void set_allStatesAndSizes_areReadBack() {
        for (long secret : SECRETS) {
            Headers headers = new Headers(geometry, secret);
            for (long block : blocks()) {
                for (int units : sizes()) {
                    for (int state : STATES) {
                        headers.setPreviousFreeUnits(block, BlockLayout.UNITS_MASK - units);
                        headers.set(block, units, state);
                        int word = headers.word(block);
                        assertEquals(units, Headers.units(word));
                        assertEquals(state, Headers.state(word));
                        assertTrue(headers.isIntact(block, word));
                        assertEquals(BlockLayout.UNITS_MASK - units, headers.previousFreeUnits(block));
                    }
                }
            }
        }
    }

    @Test
    void wordB_anySingleBitFlipped_isDamaged() {
        for (long secret : SECRETS) {
            Headers headers = new Headers(geometry, secret);
            for (long block : blocks()) {
                for (int units : sizes()) {
                    for (int state : STATES) {
                        headers.set(block, units, state);
                        int word = headers.rawWord(block);
                        for (int bit = 0; bit < Integer.SIZE; bit++) {
                            if (headers.isIntact(block, word ^ (1 << bit))) {
                                assertEquals("damaged", "intact, bit %d of 0x%08x flipped".formatted(bit, word));
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void wordA_anySingleBitFlipped_isDamaged() {
        for (long secret : new long[] {0, SECRETS[3]}) {
            Headers headers = new Headers(geometry, secret);
            for (long block : blocks()) {
                for (int units : sizes()) {
                    headers.setPreviousFreeUnits(block, units);
                    int word = Memory.getInt(block + BlockLayout.WORD_A);
                    for (int bit = 0; bit < Integer.SIZE; bit++) {
                        Memory.putInt(block + BlockLayout.WORD_A, word ^ (1 << bit));
                        assertThrows(HeapCorruptionException.class, () -> headers.previousFreeUnits(block));
                    }
                }
            }
        }
    }

    @Test
    void word_damaged_isReportedWithAddressAndExpectation() {
        Headers headers = new Headers(geometry, 1);
        long block = geometry.firstBlock(0);
        headers.set(block, 10, BlockLayout.LIVE);
        int word = headers.rawWord(block);
        Memory.putInt(block + BlockLayout.WORD_B, word ^ 1);
        HeapCorruptionException e = assertThrows(HeapCorruptionException.class, () -> headers.word(block));
        assertTrue(e.toString().contains("block 0x%x (region 0, offset 0x10)".formatted(block)), e::toString);
        assertTrue(e.toString().contains("live, 11 units (expected: check bits"), e::toString);
    }

    @Test
    void erase_leavesNoHeader() {
        for (long secret : SECRETS) {
            Headers headers = new Headers(geometry, secret);
            for (long block : blocks()) {
                headers.set(block, 10, BlockLayout.LIVE);
                Headers.erase(block);
                assertFalse(headers.isIntact(block, headers.rawWord(block)));
            }
        }
    }

    @Test
    void words_ofOneBlock_doNotDependOnEachOther() {
        Headers headers = new Headers(geometry, 99);
        long block = geometry.firstBlock(0);
        headers.set(block, 10, BlockLayout.LIVE);
        int word = headers.rawWord(block);
        headers.setPreviousFreeUnits(block, 1234);
        assertEquals(word, headers.rawWord(block));
        headers.set(block, 11, BlockLayout.FREE);
        assertEquals(1234, headers.previousFreeUnits(block));
    }

    @Test
    void isIntact_headerOfAnotherAddress_isSeldom() {
        Headers headers = new Headers(geometry, 0x5EED);
        long block = geometry.firstBlock(0);
        headers.set(block, 10, BlockLayout.LIVE);
        int word = headers.rawWord(block);
        int passed = 0;
        int tried = 60_000;
        for (int i = 1; i <= tried; i++) {
            passed += headers.isIntact(block + 16L * i, word) ? 1 : 0;
        }
        // One in 128.
        assertEquals(tried / 128.0, passed, tried / 512.0);
    }
}
