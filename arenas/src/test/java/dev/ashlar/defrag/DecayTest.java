package dev.ashlar.defrag;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The curve, against its formula; and what counts as new. */
class DecayTest {
    private static final long TIME = 10_000_000_000L;
    private static final long EPOCH = TIME / Decay.EPOCHS;

    private final Decay decay = new Decay();

    @Test
    void smoothStep_atItsEndsAndInTheMiddle() {
        assertEquals(0, Decay.smoothStep(0));
        assertEquals(1, Decay.smoothStep(1));
        assertEquals(0.5, Decay.smoothStep(0.5));
        for (int i = 0; i < 100; i++) {
            assertTrue(Decay.smoothStep(i / 100.0) < Decay.smoothStep((i + 1) / 100.0), "rises");
            assertEquals(1, Decay.smoothStep(i / 100.0) + Decay.smoothStep(1 - i / 100.0), 1e-12, "symmetric");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-5_000_000_000L, 0, 1L << 60})
    void limit_ofPagesThatBecameDirtyAtOnce_fallsAlongTheCurve(long begin) {
        long dirty = 1_000_000;
        assertEquals(dirty, decay.limit(begin, TIME, dirty));
        for (int epoch = 1; epoch < Decay.EPOCHS; epoch++) {
            long expected = (long) (1_000_000 * Decay.smoothStep(1 - (double) epoch / Decay.EPOCHS));
            long limit = decay.limit(begin + epoch * EPOCH, TIME, dirty);
            assertTrue(Math.abs(expected - limit) <= 1, () -> "limit: " + limit + ", expected: " + expected);
            dirty = Math.min(dirty, limit);
            decay.purged(dirty);
        }
        assertEquals(0, decay.limit(begin + TIME, TIME, dirty));
    }

    @Test
    void limit_lookedAtSeldom_isTheSame() {
        decay.limit(0, TIME, 1000);
        assertEquals(500, decay.limit(TIME / 2, TIME, 1000));
        assertEquals(0, decay.limit(5 * TIME, TIME, 1000));
    }

    @Test
    void pagesThatComeBackWithinTheLimit_areNotNew() {
        decay.limit(0, TIME, 1000);
        long limit = decay.limit(TIME / 4, TIME, 500);
        assertEquals(limit, decay.limit(TIME / 4, TIME, limit));
        assertEquals(500, decay.limit(TIME / 2, TIME, limit));
    }

    @Test
    void pagesDirtiedAfterAPurge_areNew() {
        decay.limit(0, TIME, 1000);
        assertEquals(500, decay.limit(TIME / 2, TIME, 1000));
        decay.purged(500);
        assertEquals(500 + 300, decay.limit(TIME / 2, TIME, 800));
    }

    @Test
    void decayTimeOfZero_letsNothingStay_andNeverAll() {
        assertEquals(0, decay.limit(5, 0, 1000));
        assertEquals(Long.MAX_VALUE, decay.limit(6, Long.MAX_VALUE, 1000));
        assertEquals(1000, decay.limit(7, TIME, 1000));
    }

    @Test
    void newDecayTime_beginsAnew() {
        decay.limit(0, TIME, 1000);
        assertEquals(1000, decay.limit(TIME / 2, 2 * TIME, 1000));
        assertEquals(500, decay.limit(TIME / 2 + TIME, 2 * TIME, 1000));
    }
}
