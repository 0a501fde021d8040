package dev.ashlar.page;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PaceTest {
    private final AtomicLong clock = new AtomicLong(-50);
    private final Pace pace = new Pace(1000, clock::get);

    private void take(long nanos) {
        assertTrue(pace.begins());
        clock.addAndGet(nanos);
        pace.ended();
    }

    private void assertNext(long nanos) {
        clock.addAndGet(nanos - 1);
        assertFalse(pace.begins());
        clock.incrementAndGet();
        assertTrue(pace.begins());
    }

    @Test
    void begins_quick_onceAnInterval() {
        take(10);
        assertNext(1000);
    }

    @Test
    void begins_slow_takesATwentiethOfTheTime() {
        take(100);
        assertNext(1900);
        take(0);
        assertNext(1000);
    }

    @Test
    void begins_neverEnded_isDueAgain() {
        assertTrue(pace.begins());
        assertTrue(pace.begins());
    }
}
