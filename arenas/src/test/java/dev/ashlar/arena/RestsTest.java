package dev.ashlar.arena;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RestsTest {
    private final AtomicLong clock = new AtomicLong(-100_000);
    private final Rests rests = new Rests(clock::get);

    @Test
    void rest_whereNobodyWaits_isNeverDue() {
        for (int turn = 0; turn < 20; turn++) {
            clock.addAndGet(100_000_000);
            assertFalse(rests.isDue());
        }
    }

    @Test
    void rest_isDueForASecondAfterSomebodyWaited() {
        rests.awaited();
        clock.addAndGet(999_999_999);
        assertTrue(rests.isDue());
        clock.incrementAndGet();
        assertFalse(rests.isDue());
        rests.awaited();
        assertTrue(rests.isDue());
    }

    @Test
    void rest_isDueAfterAQuarterOfAMillisecond_andAgainThatLongAfterIt() {
        rests.awaited();
        for (int turn = 0; turn < 3; turn++) {
            assertFalse(rests.isDue());
            clock.addAndGet(249_999);
            assertFalse(rests.isDue());
            clock.incrementAndGet();
            assertTrue(rests.isDue());
            clock.addAndGet(1_000_000);
            assertTrue(rests.isDue());
            rests.rest(1);
        }
    }
}
