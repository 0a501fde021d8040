package dev.ashlar.space;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RunClassesTest {
    private static final long LONGEST = 1 << 18;

    @Test
    void classAndStep_ofLongerRuns_areNeverLess() {
        int last = 0;
        for (long length = 1; length <= LONGEST; length++) {
            int both = RunClasses.classOf(length) * RunClasses.STEPS + RunClasses.stepOf(length);
            boolean sameClass = both / RunClasses.STEPS == last / RunClasses.STEPS;
            assertTrue(both >= last, "length " + length + ": " + both + " after " + last);
            assertTrue(length >= 128 || !sameClass || both > last, "length " + length + ": the same step as before");
            last = both;
        }
    }

    @Test
    void shortest_ofEachClass_isTheFirstOfIt() {
        for (long length = 2; length <= LONGEST; length++) {
            int kind = RunClasses.classOf(length);
            if (kind != RunClasses.classOf(length - 1)) {
                assertEquals(length, RunClasses.shortest(kind));
            }
        }
    }

    @Test
    void steps_fromOneLengthToAnother_holdThoseBetween() {
        for (long from = 64; from < 80; from++) {
            for (long to = from; to < 80; to++) {
                for (long length = 64; length < 80; length++) {
                    boolean holds = (RunClasses.steps(from, to) >>> RunClasses.stepOf(length) & 1) != 0;
                    assertEquals(length >= from && length <= to, holds, from + " to " + to + ": " + length);
                }
            }
        }
    }

    @Test
    void byFourth_ofAnyClass_isItsLane() {
        for (int kind = 0; kind < Long.SIZE; kind++) {
            assertEquals(0x8001L << (16 * (kind % 4)), RunClasses.byFourth(1L << kind, 0x8001));
        }
        assertEquals(0x0005_0005_0000_0000L, RunClasses.byFourth(1L << 6 | 1L << 63, 5));
    }

    @Test
    void leafSummary_ofAnything_keepsAll() {
        long summary = RunSummary.of(8191, 4097, 17);
        long leaf = LeafSummary.of(summary, 0xffff);
        assertEquals(summary, LeafSummary.summary(leaf));
        assertEquals(0xffff, LeafSummary.steps(leaf));
        assertEquals(RunSummary.ALL_FREE, LeafSummary.summary(LeafSummary.of(RunSummary.ALL_FREE, 0)));
        assertEquals(0, LeafSummary.steps(LeafSummary.of(RunSummary.ALL_FREE, 0)));
    }
}
