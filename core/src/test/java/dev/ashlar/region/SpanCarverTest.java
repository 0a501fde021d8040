package dev.ashlar.region;

import java.util.List;

import dev.ashlar.FitPolicy;
import dev.ashlar.OsException;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.ashlar.region.SpaceFixture.REGION;
import static dev.ashlar.region.SpaceFixture.REGIONS;
import static dev.ashlar.region.SpaceFixture.REGION_UNITS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class SpanCarverTest {
    private static final int UNITS_A_REGION = (int) (REGION / 16);

    /** So many units beyond one region: ends around the first region's end, and around the second's begin and end. */
    @ParameterizedTest
    @ValueSource(
            ints = {1, 2, 3, 4, 5, 65_530, 65_533, 65_534, 65_535, 65_536, 65_537, 65_538, 65_539, 131_072, 131_073})
    void carve_endsNearARegionsEdge_leaveBlocksOrNothing(int more) {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(REGION_UNITS + more, 16);
            assertTrue(fixture.units(block) >= REGION_UNITS + more);
            assertTrue(fixture.units(block) <= REGION_UNITS + more + 2);
            fixture.validate();
            // What is left of the last region serves, and comes back.
            long small = fixture.space.carve(2, 16);
            if (small != 0) {
                fixture.validate();
                fixture.free(small);
            }
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 65_533, 65_534, 65_535, 65_536, 65_537, 65_538, 65_539, 65_540})
    void resize_shrunkToNearARegionsEdge_leavesBlocksOrNothing(int beyond) {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(3 * UNITS_A_REGION, 16);
            assertTrue(fixture.resize(block, REGION_UNITS + beyond));
            assertTrue(fixture.units(block) >= REGION_UNITS + beyond);
            assertTrue(fixture.units(block) <= REGION_UNITS + beyond + 2);
            long other = fixture.space.carve(2, 16);
            if (other != 0) {
                fixture.validate();
                fixture.free(other);
            }
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 524288", "65000, 524288", "2, 1048576", "65535, 1048576", "65536, 1048576", "200000, 1048576",
        "2, 4194304", "200000, 4194304"})
    void carve_alignedToHalfARegionAndMore_leavesLeadAndTail(long units, long alignment) {
        try (SpaceFixture fixture = new SpaceFixture()) {
            fixture.space.policy(FitPolicy.FIRST_FIT);
            long block = fixture.allocate(units, alignment);
            assertEquals(0, block % alignment);
            fixture.validate();
            // The lead is free memory as any other.
            long before = fixture.space.carve(100, 16);
            assertTrue(before != 0 && before < block, fixture.walk()::toString);
            fixture.validate();
            fixture.free(before);
            assertTrue(fixture.units(block) >= units);
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @Test
    void carve_alignedToARegion_headerIsInTheRegionBefore() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(3, REGION);
            assertEquals(fixture.geometry.regionStart(1), block);
            assertEquals(0, fixture.geometry.regionOf(block));
            assertEquals(
                    List.of("0x10 FREE 65535", "0x100000 LIVE 3", "0x100030 FREE 65533"),
                    fixture.walk());
            assertEquals(1, fixture.space.table().joinedRegions());
            // Lead and tail in use when the span goes: both regions stay.
            long lead = fixture.space.carve(REGION_UNITS, 16);
            assertEquals(fixture.geometry.firstBlock(0), lead);
            long tail = fixture.space.carve(10, 16);
            assertEquals(fixture.geometry.regionStart(1) + 48, tail);
            fixture.free(block);
            assertEquals(
                    List.of("0x10 LIVE 65535", "0x100010 FREE 2", "0x100030 LIVE 10", "0x1000d0 FREE 65523"),
                    fixture.walk());
            fixture.free(lead);
            fixture.free(tail);
            assertEmpty(fixture);
        }
    }

    @Test
    void resize_shrunkIntoItsRegion_isAnOrdinaryBlock() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(3 * UNITS_A_REGION, 16);
            assertEquals(3, fixture.space.table().joinedRegions());
            assertTrue(fixture.resize(block, 100));
            assertEquals(List.of("0x10 LIVE 100", "0x650 FREE 65435"), fixture.walk());
            assertEquals(0, fixture.space.table().joinedRegions());
            assertEquals(3, fixture.space.table().retainedRegions());
            assertEquals(0, fixture.space.table().spanUnits(0));
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_533, 65_534, 65_535})
    void resize_shrunkToAboutOneRegion_endsWithIt(int units) {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(2 * UNITS_A_REGION, 16);
            assertTrue(fixture.resize(block, units));
            assertEquals(units == 65_533 ? 65_533 : 65_535, fixture.units(block));
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @Test
    void resize_grownIntoTail_thenIntoRegionsBehind() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(UNITS_A_REGION + 10, 16);
            assertTrue(fixture.resize(block, UNITS_A_REGION + 1000));
            assertEquals(UNITS_A_REGION + 1000, fixture.units(block));
            assertEquals(2, fixture.space.table().committedRegions());
            assertTrue(fixture.resize(block, 2 * UNITS_A_REGION - 1));
            assertEquals(2, fixture.space.table().committedRegions());
            assertTrue(fixture.resize(block, 5 * UNITS_A_REGION));
            assertEquals(6, fixture.space.table().committedRegions());
            assertTrue(fixture.resize(block, 8L * UNITS_A_REGION - 1));
            assertEquals(List.of("0x10 LIVE 524287"), fixture.walk());
            assertFalse(fixture.resize(block, 8L * UNITS_A_REGION));
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @Test
    void resize_somethingLiveBehind_isRefusedAndChangesNothing() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(UNITS_A_REGION + 10, 16);
            long tail = fixture.space.carve(100, 16);
            long far = fixture.allocate(2 * UNITS_A_REGION, 16);
            List<String> before = fixture.walk();
            assertFalse(fixture.resize(block, UNITS_A_REGION + 1000));
            assertEquals(before, fixture.walk());
            fixture.free(tail);
            assertTrue(fixture.resize(block, UNITS_A_REGION + 1000));
            // The tail's region ends where another span's begins.
            before = fixture.walk();
            assertFalse(fixture.resize(block, 3 * UNITS_A_REGION));
            assertEquals(before, fixture.walk());
            fixture.free(far);
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @Test
    void resize_commitFails_spanIsAsItWas() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long block = fixture.allocate(UNITS_A_REGION + 10, 16);
            List<String> before = fixture.walk();
            fixture.os.failNth(Call.COMMIT, fixture.os.calls(Call.COMMIT) + 1);
            assertThrows(OsException.class, () -> fixture.resize(block, 3 * UNITS_A_REGION));
            fixture.validate();
            assertEquals(before, fixture.walk());
            assertTrue(fixture.resize(block, 3 * UNITS_A_REGION));
            fixture.free(block);
            assertEmpty(fixture);
        }
    }

    @Test
    void carve_noRunLongEnough_isNoneUntilOneIsFree() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            long[] blocks = new long[REGIONS];
            for (int i = 0; i < REGIONS; i++) {
                blocks[i] = fixture.space.grow(REGION_UNITS, 16);
            }
            fixture.free(blocks[1]);
            fixture.free(blocks[3]);
            fixture.free(blocks[4]);
            assertEquals(0, fixture.space.grow(2 * UNITS_A_REGION, 16));
            assertEquals(blocks[3], fixture.space.grow(2 * UNITS_A_REGION - 1, 16));
            fixture.validate();
            assertEquals(0, fixture.space.grow(8L * UNITS_A_REGION, 16));
        }
    }

    @Test
    void carve_alignmentBeyondCapacity_isNone() {
        try (SpaceFixture fixture = new SpaceFixture()) {
            // The first region begins at a multiple of 64 MiB, but its first block behind it.
            assertEquals(0, fixture.space.grow(2, 64L << 20));
            assertEquals(0, fixture.space.grow(2, 1L << 62));
            assertEquals(List.of(), fixture.walk());
        }
    }

    private static void assertEmpty(SpaceFixture fixture) {
        assertEquals(List.of(), fixture.walk());
        assertEquals(fixture.space.table().committedRegions(), fixture.space.table().retainedRegions());
        assertEquals(0, fixture.space.table().joinedRegions());
        assertEquals(0, fixture.space.freeBlocks().count());
        assertEquals(0, fixture.space.ledger().liveBytes());
    }
}
