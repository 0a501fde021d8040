package dev.ashlar.space;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the model's runs are too small for: a volume of 2^32 units, nearly empty; what a bitmap takes; its classes of lengths. */
class BitmapSpaceTest {
    private static final long UNITS = 1L << 32;

    @Test
    void bigVolume_sparse_findsRunsOverManySlabsAndTakesLittle() {
        BitmapSpace space = BitmapSpace.builder(UNITS).build();
        assertTrue(space.footprintBytes() < 1 << 20, () -> space.footprintBytes() + " bytes of an empty volume");
        long middle = UNITS / 2;
        assertTrue(space.allocateAt(middle - 32, 64));
        assertTrue(space.allocateAt(UNITS - 1, 1));
        assertEquals(middle - 32, space.largestFree());
        assertEquals(List.of(new Extent(0, middle - 32), new Extent(middle + 32, UNITS - 1 - middle - 32)),
                space.freeExtents());
        assertEquals(0, space.allocate(1));
        // Both free runs are as long now, so that the first serves; then the second is the larger one.
        space.setPolicy(SpacePolicy.BEST_FIT);
        assertEquals(-1, space.tryAllocate(middle, 1));
        assertEquals(1, space.allocate(5));
        space.setPolicy(SpacePolicy.WORST_FIT);
        assertEquals(middle + 32, space.allocate(5));
        space.setPolicy(SpacePolicy.END_OF_SPACE);
        assertThrows(SpaceExhaustedException.class, () -> space.allocate(1));
        assertTrue(space.isAllocated(0, UNITS));
        assertFalse(space.isAllocated(middle + 37, UNITS / 4));
        assertTrue(space.footprintBytes() < 4 << 20, () -> space.footprintBytes() + " bytes of a sparse volume");
        space.validate();
    }

    @Test
    void footprint_full_isAtMostTwoPerCentAboveTheBits() {
        long units = 64L << 20;
        BitmapSpace space = BitmapSpace.builder(units).build();
        space.allocate(units);
        long bits = units / Byte.SIZE;
        assertTrue(space.footprintBytes() >= bits && space.footprintBytes() <= bits + bits / 50,
                () -> space.footprintBytes() + " bytes (expected: " + bits + " and 2 %)");
    }

    @Test
    void classes_ofAllLengths_areInOrderAndBeginWhereTheySay() {
        int before = 0;
        for (long length = 1; length < 1L << 24; length += Math.max(1, length >>> 9)) {
            int kind = RunClasses.classOf(length);
            assertTrue(kind == before || kind == before + 1, "class of " + length + ": " + kind);
            assertTrue(RunClasses.shortest(kind) <= length, "shortest of class " + kind);
            before = kind;
        }
        for (int kind = 1; kind < Long.SIZE; kind++) {
            assertEquals(kind, RunClasses.classOf(RunClasses.shortest(kind)));
            assertTrue(kind == 1 || RunClasses.classOf(RunClasses.shortest(kind) - 1) == kind - 1,
                    "class before " + kind);
        }
    }
}
