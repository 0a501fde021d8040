package dev.ashlar.arena;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class RestsTest {
    @Test
    void rest_isDueAfterAQuarterOfAMillisecond_andAgainThatLongAfterIt() {
        AtomicLong clock = new AtomicLong(-100_000);
        Rests rests = new Rests(clock::get);
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
