package dev.ashlar.bench.workload;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RandomnessTest {
    @Test
    void between_isUniformAndWithinItsBounds() {
        Randomness random = new Randomness(1, 2);
        int[] counts = new int[4];
        for (int i = 0; i < 40_000; i++) {
            counts[random.between(5, 8) - 5]++;
        }
        for (int count : counts) {
            assertTrue(Math.abs(count - 10_000) < 500, "count " + count);
        }
    }

    @Test
    void streams_sameSeed_areReproducibleAndDiffer() {
        assertEquals(new Randomness(1, 0).next(), new Randomness(1, 0).next());
        assertNotEquals(new Randomness(1, 0).next(), new Randomness(1, 1).next());
        assertNotEquals(new Randomness(1, 0).next(), new Randomness(2, 0).next());
    }

    @Test
    void percent_meetsItsShare() {
        Randomness random = new Randomness(3, 0);
        int met = 0;
        for (int i = 0; i < 100_000; i++) {
            met += random.percent(2) ? 1 : 0;
        }
        assertTrue(met > 1800 && met < 2200, "met " + met);
    }
}
