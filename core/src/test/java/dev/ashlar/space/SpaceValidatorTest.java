package dev.ashlar.space;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Each kind of damage to a space of extents, and what its validator says of it. */
class SpaceValidatorTest {
    private static final long START = 100;
    private static final long END = 1000;

    private final FreeExtents free = new FreeExtents(START);
    private ExtentTree sizes = new ExtentTree(false);

    /** Free: [100, 110), [200, 220), [300, 330), [400, 440). */
    private void fill(boolean keepsSizes) {
        free.keepSizes(keepsSizes);
        for (int i = 1; i <= 4; i++) {
            free.add(100L * i, 10L * i);
        }
        free.validate(START, END);
        if (keepsSizes) {
            sizes = Damage.get(free, "bySize", ExtentTree.class);
        }
    }

    private void assertFound(String message) {
        Damage.assertFound(message, () -> free.validate(START, END));
    }

    private void assertNotApart(int place, long offset, long length, long above) {
        fill(false);
        free.byOffset.leaves.set(0, place, offset, length);
        assertFound("free extent at " + offset + " of length " + length + " (expected: from above " + above + " to "
                + END + ")");
    }

    @Test
    void extent_belowStart_isFound() {
        assertNotApart(0, 99, 10, 99);
    }

    @Test
    void extent_touchingTheOneBefore_isFound() {
        assertNotApart(1, 110, 20, 110);
    }

    @Test
    void extent_overlappingTheOneBefore_isFound() {
        assertNotApart(1, 105, 20, 110);
    }

    @Test
    void extent_empty_isFound() {
        assertNotApart(2, 300, 0, 220);
    }

    @Test
    void extent_ofNegativeLength_isFound() {
        assertNotApart(2, 300, -5, 220);
    }

    @Test
    void extent_beyondTheEnd_isFound() {
        assertNotApart(3, 970, 40, 330);
    }

    @Test
    void extent_endingAboveAllOffsets_isFound() {
        assertNotApart(3, 400, Long.MAX_VALUE, 330);
    }

    @Test
    void extent_outOfOrder_isFoundInIndexByOffset() {
        fill(false);
        free.byOffset.leaves.set(0, 2, 150, 30);
        assertFound("index by offset: key behind pair (200, 20) in leaf 0: 150 (expected: a greater pair)");
    }

    @Test
    void sum_otherThanOfExtents_isFound() {
        fill(true);
        free.byOffset.leaves.set(0, 1, 200, 19);
        assertFound("free in sum: 100 (expected: 99, by a walk)");
    }

    @Test
    void indexByLength_outOfOrder_isFound() {
        fill(true);
        long key = sizes.leaves.key(0, 0);
        sizes.leaves.set(0, 1, key, 1);
        assertFound("index by length: key behind pair (" + key + ", 100) in leaf 0: " + key
                + " (expected: a greater pair)");
    }

    @Test
    void indexByLength_withoutAnExtent_isFound() {
        fill(true);
        assertEquals(true, sizes.ceiling(LengthKeys.of(20, 200), 200));
        sizes.remove();
        assertFound("extents by length: 3 (expected: 4, as by offset)");
    }

    @Test
    void indexByLength_withAnotherOffset_isFound() {
        fill(true);
        sizes.leaves.set(0, 1, sizes.leaves.key(0, 1), 201);
        assertFound("extents by length: others than by offset (expected: the same)");
    }

    @Test
    void indexByLength_withAnotherLength_isFound() {
        fill(true);
        sizes.leaves.set(0, 1, LengthKeys.of(21, 200), 200);
        assertFound("extents by length: others than by offset (expected: the same)");
    }

    @Test
    void take_ofExtentMissingByLength_saysSo() {
        fill(true);
        sizes.leaves.set(0, 1, LengthKeys.of(21, 200), 200);
        assertEquals(true, free.contains(205, 5));
        assertEquals("free extent [200, 220): not in the index by length (expected: once)",
                assertThrows(IllegalStateException.class, () -> free.take(205, 5)).getMessage());
    }

    @Test
    void bestFit_withoutIndexByLength_saysSo() {
        fill(false);
        assertEquals("no index by length (expected: one, under best fit)",
                assertThrows(IllegalStateException.class, () -> free.bestFit(1, 1)).getMessage());
    }

    private static GrowingSpace space(int kind, long limit, long end, List<Extent> free) {
        return new GrowingSpace("file", new SpaceMap(kind, SpacePolicy.FIRST_FIT, START, limit, end, START, free));
    }

    @Test
    void end_aboveLimit_isFound() {
        Damage.assertFound("file: end 1001 (expected: between start 100 and limit 1000)",
                space(SpaceMap.GROWING, END, END + 1, List.of())::validate);
    }

    @Test
    void end_belowStart_isFound() {
        Damage.assertFound("file: end 99 (expected: between start 100 and limit 1000)",
                space(SpaceMap.GROWING, END, START - 1, List.of())::validate);
    }

    @Test
    void extent_freeAtTheEndOfSpaceThatGrows_isFound() {
        List<Extent> free = List.of(new Extent(400, 100));
        Damage.assertFound("file: free extent at 400 of length 100 (expected: from above 99 to 499)",
                space(SpaceMap.GROWING, END, 500, free)::validate);
        space(SpaceMap.VOLUME, 500, 500, free).validate();
    }
}
