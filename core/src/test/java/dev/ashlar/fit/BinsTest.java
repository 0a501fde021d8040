package dev.ashlar.fit;

import java.util.Random;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BinsTest {
    private static final int MAX_UNITS = 1 << 22;

    @Test
    void binOf_allSizes_ascendsWithoutGapsAndSeparatesSmallOnes() {
        for (int units = 3; units < MAX_UNITS; units++) {
            int step = Bins.binOf(units) - Bins.binOf(units - 1);
            if (step != 1 && (units <= Bins.FIRST_RANGE_BIN || step != 0)) {
                assertEquals(1, step, "bins from " + (units - 1) + " to " + units + " units");
            }
        }
        assertEquals(2, Bins.binOf(2));
        assertEquals(Bins.FIRST_RANGE_BIN, Bins.binOf(64));
        assertEquals(Bins.FIRST_RANGE_BIN, Bins.binOf(65));
        assertEquals(Bins.COUNT - 1, Bins.binOf(MAX_UNITS - 1));
    }

    @Test
    void binAllAtLeast_allSizes_isFirstBinThatHoldsNothingSmaller() {
        // The smallest size of each bin, and of the one behind the last.
        int[] smallest = new int[Bins.COUNT + 1];
        smallest[Bins.COUNT] = MAX_UNITS;
        for (int units = MAX_UNITS - 1; units >= 2; units--) {
            smallest[Bins.binOf(units)] = units;
        }
        for (int units = 2; units < MAX_UNITS; units++) {
            int bin = Bins.binAllAtLeast(units);
            boolean first = smallest[bin] >= units && smallest[bin - 1] < units;
            // At most one thirty-second larger than it must be.
            boolean near = smallest[bin] <= units + units / 32;
            if (!first || !near) {
                assertEquals("first and near", "bin %d of %d units".formatted(bin, units));
            }
        }
    }

    @Test
    void openBits_allRangeSizes_coverTheSizesOfTheirBin() {
        for (int units = Bins.FIRST_RANGE_BIN; units < MAX_UNITS; units++) {
            int open = 1 << Bins.openBits(units);
            int first = units & -open;
            if (Bins.binOf(first) != Bins.binOf(first + open - 1) || Bins.binOf(first - 1) == Bins.binOf(first)) {
                assertEquals("bin of " + open + " sizes", "other bin at " + units);
            }
        }
    }

    @Test
    void firstFromAndLast_randomMarks_agreeWithTreeSet() {
        Random random = new Random(1);
        Bins bins = new Bins();
        TreeSet<Integer> marked = new TreeSet<>();
        assertEquals(Bins.NONE, bins.last());
        for (int i = 0; i < 50_000; i++) {
            int bin = random.nextInt(Bins.COUNT);
            // Few at times, many at others.
            if (random.nextInt(100) < 50 + 45 * Integer.signum(i / 5000 % 3 - 1)) {
                bins.mark(bin);
                marked.add(bin);
            } else {
                bins.unmark(bin);
                marked.remove(bin);
            }
            assertEquals(marked.contains(bin), bins.isMarked(bin));
            int from = random.nextInt(Bins.COUNT + 1);
            Integer above = marked.ceiling(from);
            assertEquals(above == null ? Bins.NONE : above, bins.firstFrom(from));
            assertEquals(marked.isEmpty() ? Bins.NONE : marked.last(), bins.last());
        }
    }

    @Test
    void unmark_lastOfItsWord_leavesOtherWords() {
        Bins bins = new Bins();
        bins.mark(3);
        bins.mark(Bins.COUNT - 1);
        bins.unmark(3);
        assertFalse(bins.isMarked(3));
        assertTrue(bins.isMarked(Bins.COUNT - 1));
        assertEquals(Bins.COUNT - 1, bins.firstFrom(0));
        assertEquals(Bins.NONE, bins.firstFrom(Bins.COUNT));
    }
}
