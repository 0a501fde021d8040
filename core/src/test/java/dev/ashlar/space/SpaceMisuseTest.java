package dev.ashlar.space;

import java.util.List;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.space.VolumeSpaceBuilder.Representation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Wrong requests: each is refused with what was found and what was expected, and changes nothing. */
class SpaceMisuseTest {
    /** [10, 20) and [40, 50) in use, up to 100. */
    static List<Space> spaces() {
        List<Space> spaces = List.of(
                SpaceAllocator.builder().limit(100).build(),
                SpaceAllocator.builder().limit(100).threadSafe(true).policy(SpacePolicy.BEST_FIT).build(),
                Space.volume(100).representation(Representation.BITMAP).build(),
                Space.volume(100).representation(Representation.EXTENTS).build());
        for (Space space : spaces) {
            assertTrue(space.allocateAt(10, 10));
            assertTrue(space.allocateAt(40, 10));
        }
        return spaces;
    }

    private static void refused(Space space, String message, Executable call) {
        List<Extent> before = space.extents();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
        assertTrue(e.toString().contains(message), e.toString());
        assertEquals(before, space.extents());
        space.validate();
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void requests_wrong_areRefused(Space space) {
        refused(space, "length: 0 (expected: 1 or more)", () -> space.allocate(0));
        refused(space, "length: -5 (expected: 1 or more)", () -> space.allocate(-5));
        refused(space, "length: 0 (expected: 1 or more)", () -> space.tryAllocate(0, 1));
        refused(space, "alignment: 24 (expected: a power of two)", () -> space.allocate(1, 24));
        refused(space, "alignment: 0 (expected: a power of two)", () -> space.allocate(1, 0));
        refused(space, "alignment: " + Long.MIN_VALUE, () -> space.allocate(1, Long.MIN_VALUE));
        refused(space, "offset: -1 (expected: 0 or more)", () -> space.allocateAt(-1, 5));
        refused(space, "length: 0 (expected: 1 or more)", () -> space.allocateAt(0, 0));
        refused(space, "expected: an end of at most", () -> space.allocateAt(1, Long.MAX_VALUE));
        refused(space, "length: 0 (expected: 1 or more)", () -> space.free(10, 0));
        refused(space, "offset: -1 (expected: 0 or more)", () -> space.free(-1, 2));
        refused(space, "expected: an end of at most", () -> space.free(1, Long.MAX_VALUE));
        refused(space, "length: -1 (expected: 0 or more)", () -> space.isAllocated(1, -1));
        refused(space, "offset: -1 (expected: 0 or more)", () -> space.isAllocated(-1, 1));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void free_ofWhatIsNotAllocated_isRefused(Space space) {
        for (int offset = 0; offset < 102; offset++) {
            for (int length = 1; length < 60; length++) {
                boolean allocated = (offset >= 10 && offset + length <= 20) || (offset >= 40 && offset + length <= 50);
                if (!allocated) {
                    int from = offset;
                    int count = length;
                    InvalidFreeException e = assertThrows(InvalidFreeException.class, () -> space.free(from, count));
                    assertTrue(e.reason() == Reason.DOUBLE_FREE || e.reason() == Reason.NOT_FROM_POOL, e.toString());
                }
            }
        }
        assertEquals(List.of(new Extent(10, 10), new Extent(40, 10)), space.extents());
        refused(space, "free of [15, 25): free from 20 on (expected: allocated)", () -> space.free(15, 10));
        space.validate();
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void allocate_beyondWhatThereIs_saysWhatThereIs(Space space) {
        SpaceExhaustedException e = assertThrows(SpaceExhaustedException.class, () -> space.allocate(51));
        assertEquals(80, e.freeLength());
        assertEquals(50, e.largestFree());
        assertEquals(51, e.requestedLength());
        assertTrue(e.toString().contains("no room for 51 by " + space.policy() + ": 80 free, 50 in one piece"),
                e.toString());
        assertEquals(-1, space.tryAllocate(51, 1));
        assertTrue(space.allocateAt(0, 1));
        assertThrows(SpaceExhaustedException.class, () -> space.allocate(1, 1L << 62));
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void allocateAt_notAllFree_isFalse(Space space) {
        assertFalse(space.allocateAt(5, 6));
        assertFalse(space.allocateAt(19, 1));
        assertFalse(space.allocateAt(0, 100));
        assertFalse(space.allocateAt(95, 6));
        assertFalse(space.allocateAt(1L << 50, 1));
        assertEquals(20, space.usedLength());
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void isAllocated_touchingOrEmpty_isFalse(Space space) {
        assertFalse(space.isAllocated(0, 10));
        assertFalse(space.isAllocated(20, 20));
        assertFalse(space.isAllocated(15, 0));
        assertFalse(space.isAllocated(1000, 50));
        assertTrue(space.isAllocated(0, 11));
        assertTrue(space.isAllocated(19, 1));
        assertTrue(space.isAllocated(0, Long.MAX_VALUE));
    }

    @Test
    void builders_wrongSettings_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> SpaceAllocator.builder().start(-1));
        assertThrows(IllegalArgumentException.class, () -> SpaceAllocator.builder().limit(-1));
        assertThrows(IllegalArgumentException.class, () -> SpaceAllocator.builder().start(5).limit(4).build());
        assertThrows(IllegalArgumentException.class, () -> BitmapSpace.builder(0));
        assertThrows(IllegalArgumentException.class, () -> BitmapSpace.builder((1L << 40) + 1));
        assertThrows(IllegalArgumentException.class, () -> Space.volume(0));
        assertThrows(IllegalArgumentException.class, () -> Space.volume(5).expectedFreeExtents(-1));
        assertThrows(IllegalArgumentException.class,
                () -> Space.volume(1L << 41).representation(Representation.BITMAP).build());
        assertThrows(IllegalArgumentException.class, () -> new Extent(0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Extent(2, Long.MAX_VALUE));
    }

    @Test
    void volume_notTold_takesWhatIsSmaller() {
        assertEquals(Representation.BITMAP, Space.volume(1000).chosen());
        assertEquals(Representation.BITMAP, Space.volume(1L << 32).chosen());
        assertEquals(Representation.EXTENTS, Space.volume(1L << 32).expectedFreeExtents(1_000_000).chosen());
        assertEquals(Representation.BITMAP, Space.volume(1L << 32).expectedFreeExtents(20_000_000).chosen());
        assertEquals(Representation.EXTENTS, Space.volume(1L << 50).chosen());
    }
}
