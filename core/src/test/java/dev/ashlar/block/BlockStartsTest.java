package dev.ashlar.block;

import java.util.BitSet;
import java.util.Random;

import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BlockStartsTest {
    private static final int REGION_BYTES = 1 << 20;
    private static final int UNITS = REGION_BYTES / BlockLayout.UNIT_BYTES;

    private Reservation reservation = OsMemory.system().reserve("starts", 2 * REGION_BYTES, REGION_BYTES);
    private BlockStarts starts = new BlockStarts(0, 0);

    @BeforeEach
    void commit() {
        OsMemory.system().commit(reservation.address() + REGION_BYTES, REGION_BYTES);
        starts = new BlockStarts(reservation.address(), reservation.address() + REGION_BYTES);
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    private long address(int unit) {
        return reservation.address() + (long) unit * BlockLayout.UNIT_BYTES;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 1000, 30_000})
    void searches_random_agreeWithBitSet(int density) {
        Random random = new Random(density);
        BitSet model = new BitSet();
        for (int i = 0; i < density; i++) {
            int unit = random.nextInt(UNITS);
            starts.set(address(unit));
            model.set(unit);
        }
        for (int i = 0; i < 20_000; i++) {
            int unit = random.nextInt(UNITS);
            if (random.nextInt(4) == 0) {
                starts.clear(address(unit));
                model.clear(unit);
                starts.set(address((unit + 1) % UNITS));
                model.set((unit + 1) % UNITS);
            }
            assertEquals(model.get(unit), starts.isStart(address(unit)));
            int from = random.nextInt(UNITS);
            // Long ranges, and short ones whose ends share a word.
            int to = Math.min(UNITS - 1, from + random.nextInt(random.nextBoolean() ? UNITS : 100));
            int first = model.nextSetBit(from);
            assertEquals(first < 0 || first >= to ? 0 : address(first), starts.firstIn(address(from), address(to)));
            int last = model.previousSetBit(to);
            assertEquals(last < from ? 0 : address(last), starts.lastIn(address(from), address(to)));
        }
    }

    @Test
    void searches_unalignedEnds_countOnlyStartsInside() {
        starts.set(address(100));
        assertEquals(address(100), starts.firstIn(address(100), address(100) + 1));
        assertEquals(0, starts.firstIn(address(100), address(100)));
        assertEquals(0, starts.firstIn(address(101), address(200)));
        assertEquals(address(100), starts.lastIn(address(99) + 1, address(100) + 15));
        assertEquals(0, starts.lastIn(address(100) + 1, address(101)));
        assertEquals(0, starts.lastIn(address(0), address(99) + 15));
    }

    @Test
    void searches_firstAndLastUnit_areFound() {
        starts.set(address(0));
        starts.set(address(UNITS - 1));
        assertEquals(address(0), starts.firstIn(address(0), address(UNITS)));
        assertEquals(address(UNITS - 1), starts.firstIn(address(1), address(UNITS)));
        assertEquals(address(UNITS - 1), starts.lastIn(address(0), address(UNITS - 1)));
        assertEquals(address(0), starts.lastIn(address(0), address(UNITS - 2)));
    }

    @Test
    void isStart_neverSet_isFalse() {
        assertFalse(starts.isStart(address(7)));
        starts.set(address(7));
        assertTrue(starts.isStart(address(7)));
        assertFalse(starts.isStart(address(7 + 64)));
    }
}
