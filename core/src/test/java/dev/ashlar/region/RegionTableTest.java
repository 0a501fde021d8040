package dev.ashlar.region;

import dev.ashlar.OsException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RegionTableTest {
    private static final int REGION_SHIFT = 20;
    private static final int REGIONS = 8;
    private static final long REGION = 1L << REGION_SHIFT;
    private static final long SLICE = REGION / BlockStarts.BYTES_PER_TABLE_BYTE;

    private final FaultyOs os = new FaultyOs(OsMemory.system());
    private final Reservation reservation = os.reserve("table", REGIONS * (REGION + SLICE), REGION);
    private final Geometry geometry = new Geometry(reservation.address(), REGION_SHIFT, REGIONS);
    private final RegionTable table = table(false);

    private RegionTable table(boolean hugePages) {
        return new RegionTable(os, geometry, geometry.base() + geometry.byteSize(), hugePages);
    }

    @AfterEach
    void close() {
        reservation.close();
    }

    private void assertCounts(int committed, int retained, int available) {
        assertEquals(committed, table.committedRegions());
        assertEquals(retained, table.retainedRegions());
        assertEquals(available, table.availableRegions());
        assertEquals(committed * (REGION + SLICE), table.committedBytes());
        int edged = REGIONS - available - table.joinedRegions();
        assertEquals(committed * SLICE + (long) edged * BlockLayout.EDGE_BYTES, table.overheadBytes());
    }

    @Test
    void states_acquireGiveBackRelease_countBytes() {
        assertCounts(0, 0, 8);
        assertEquals(8, table.longestAvailableRun());
        assertEquals(0, table.find());
        assertFalse(table.isInUse(0));
        table.acquire(2, 3);
        assertCounts(3, 0, 5);
        assertTrue(table.isInUse(2));
        assertTrue(table.isInUse(4));
        assertFalse(table.isInUse(5));
        assertEquals(2, table.firstInUse(0));
        assertEquals(5, table.firstAvailable(2));
        assertEquals(3, table.longestAvailableRun());
        table.giveBack(3, 1);
        assertCounts(3, 1, 6);
        assertEquals(3, table.find(), "retained before uncommitted");
        assertEquals(0, table.firstAvailable(0));
        assertEquals(1, table.longestRetainedRun());
        table.giveBack(2, 1);
        table.giveBack(4, 1);
        assertCounts(3, 3, 8);
        assertEquals(3, table.longestRetainedRun());
        assertEquals(8, table.firstInUse(0));
        assertEquals(2 * (REGION + SLICE), table.release(1));
        assertCounts(1, 1, 8);
        assertEquals(2, table.find(), "the highest are released first");
        assertEquals(0, table.release(1));
        assertEquals(REGION + SLICE, table.release(0));
        assertCounts(0, 0, 8);
    }

    @Test
    void acquire_retainedAmongUncommitted_commitsOnlyWhatIsNot() {
        table.acquire(1, 1);
        table.giveBack(1, 1);
        assertEquals(2, os.calls(Call.COMMIT));
        table.acquire(0, 4);
        // Region 0, then 2 and 3 at once; each with its slice of the table.
        assertEquals(6, os.calls(Call.COMMIT));
        assertCounts(4, 0, 4);
        for (int region = 0; region < 4; region++) {
            Memory.putLong(geometry.regionStart(region), 1);
            Memory.putLong(geometry.regionEnd(region) - 8, 1);
            Memory.putLong(geometry.base() + geometry.byteSize() + region * SLICE, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void acquire_nthCommitFails_nothingIsInUseAndItCanBeTriedAgain(int n) {
        table.acquire(1, 1);
        table.giveBack(1, 1);
        os.failNth(Call.COMMIT, 2 + n);
        assertThrows(OsException.class, () -> table.acquire(0, 4));
        for (int region = 0; region < REGIONS; region++) {
            assertFalse(table.isInUse(region));
        }
        // Regions are committed with their slice, or not at all: after the first pair, region 0 is.
        int committed = n <= 2 ? 1 : 2;
        assertCounts(committed, committed, 8);
        table.acquire(0, 4);
        assertCounts(4, 0, 4);
        for (int region = 0; region < 4; region++) {
            Memory.putLong(geometry.regionStart(region), 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void release_fails_countsOnlyWhatIsGone(int n) {
        table.acquire(0, 2);
        table.giveBack(0, 2);
        int before = os.calls(Call.RELEASE);
        os.failNth(Call.RELEASE, before + 2 + n);
        assertThrows(OsException.class, () -> table.release(0));
        // Once a region itself is released, it must not be taken for committed, whatever becomes of its slice: a write would fault.
        int committed = n == 1 ? 1 : 0;
        assertCounts(committed, committed, 8);
        table.acquire(0, 2);
        for (int region = 0; region < 2; region++) {
            Memory.putLong(geometry.regionStart(region), 1);
            Memory.putLong(geometry.base() + geometry.byteSize() + region * SLICE, 1);
        }
        assertCounts(2, 0, 6);
    }

    @Test
    void acquire_hugePages_asksForEachRunThatItCommits() {
        RegionTable huge = table(true);
        huge.acquire(0, 3);
        assertEquals(1, os.calls(Call.ADVISE));
        huge.giveBack(0, 3);
        huge.acquire(0, 1);
        assertEquals(1, os.calls(Call.ADVISE));
    }

    @Test
    void setSpan_joinedRegions_haveNoEdges() {
        table.acquire(0, 4);
        assertEquals(4 * SLICE + 4 * BlockLayout.EDGE_BYTES, table.overheadBytes());
        table.setSpan(0, 200_000, 3);
        assertEquals(200_000, table.spanUnits(0));
        assertEquals(0, table.spanUnits(1));
        assertEquals(3, table.joinedRegions());
        assertEquals(4 * SLICE + BlockLayout.EDGE_BYTES, table.overheadBytes());
        table.setSpan(0, 0, -3);
        assertEquals(0, table.joinedRegions());
        assertEquals(0, table.spanUnits(0));
    }
}
