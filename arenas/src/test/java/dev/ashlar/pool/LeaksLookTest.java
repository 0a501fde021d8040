package dev.ashlar.pool;

import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Which views are leaks, when the end of one has been noticed; that is done by hand here, and not by the garbage collector. */
class LeaksLookTest {
    private final AtomicInteger dropped = new AtomicInteger();
    private final Leaks leaks = new Leaks("look", new Observation(new CacheTable(_ -> CoreCache.NONE)));
    private final Leaks.Tracked view = leaks.track(new Object(), dropped::incrementAndGet);

    @Test
    void view_thatWasDropped_isFoundOnce() {
        leaks.look();
        assertEquals(0, dropped.get());
        view.enqueue();
        leaks.look();
        leaks.look();
        assertEquals(1, dropped.get());
    }

    /** Somebody had it still, in a thread that the collector did not wait for. */
    @Test
    void view_thatWasClosedAfterItsEndWasNoticed_isNone() {
        view.enqueue();
        view.closed();
        leaks.look();
        assertEquals(0, dropped.get());
    }
}
