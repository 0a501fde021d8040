package dev.ashlar.attach;

import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.space.BitmapSpace;
import dev.ashlar.space.Extent;
import dev.ashlar.space.Space;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Shapes against a naive bitmap. */
class SpaceShapeTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    @Test
    void shape_ofRandomExtents_isThatOfABitmap() {
        System.out.printf("shapes: seed %d%n", SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 300; round++) {
            int units = random.nextInt(64, 5000);
            Space space = BitmapSpace.builder(units).build();
            BitSet model = new BitSet(units);
            for (int i = random.nextInt(units); i > 0; i--) {
                int at = random.nextInt(units);
                int length = Math.min(units - at, random.nextInt(1, 8));
                if (space.allocateAt(at, length)) {
                    model.set(at, at + length);
                }
            }
            long start = random.nextInt(1000);
            int cells = random.nextInt(1, 300);
            check(SpaceShape.of("x", start, start + units, moved(space.extents(), start), cells), model, start, units,
                    cells);
        }
    }

    private static List<Extent> moved(List<Extent> extents, long by) {
        return extents.stream().map(extent -> new Extent(extent.offset() + by, extent.length())).toList();
    }

    private static void check(SpaceShape shape, BitSet model, long start, int units, int cells) {
        assertEquals(model.cardinality(), shape.used());
        assertEquals(runs(model, units, true)[0], shape.extents());
        assertEquals(runs(model, units, false)[1], shape.largestFree());
        assertEquals(shape.used(), shape.parts().stream().mapToLong(Extent::length).sum());
        if (shape.extents() <= SpaceShape.MOST_EXACT) {
            assertEquals(shape.extents(), shape.parts().size());
            shape.parts().forEach(part -> assertEquals(part.length(), model.get(
                    (int) (part.offset() - start), (int) (part.offset() + part.length() - start)).cardinality()));
            return;
        }
        assertTrue(shape.parts().size() <= cells);
        int perCell = Math.ceilDiv(units, cells);
        for (Extent part : shape.parts()) {
            int from = (int) (part.offset() - start);
            assertEquals(0, from % perCell);
            assertEquals(model.get(from, Math.min(units, from + perCell)).cardinality(), part.length());
        }
    }

    /** How many runs there are, and the longest. */
    private static long[] runs(BitSet model, int units, boolean set) {
        long count = 0;
        long longest = 0;
        long length = 0;
        for (int i = 0; i < units; i++) {
            length = model.get(i) == set ? length + 1 : 0;
            count += length == 1 ? 1 : 0;
            longest = Math.max(longest, length);
        }
        return new long[] {count, longest};
    }

    @Test
    void shape_ofAnEmptySpace_isEmpty() {
        assertEquals(new SpaceShape("", 7, 7, 0, 0, 0, List.of()), SpaceShape.of("", 7, 7, List.of(), 10));
        assertEquals(new SpaceShape("", 0, 9, 0, 9, 0, List.of()), SpaceShape.of("", 0, 9, List.of(), 10));
    }
}
