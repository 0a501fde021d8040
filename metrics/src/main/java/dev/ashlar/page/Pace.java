package dev.ashlar.page;

import java.util.function.LongSupplier;

/**
 * When to do again what takes long: not before an interval is over, and so that it takes a twentieth of the time at most. Not thread-safe.
 *
 * <pre>{@code next = end + max(interval, 19 x (end - begin))}</pre>
 */
final class Pace {
    private static final int REST = 19;

    private final long intervalNanos;
    private final LongSupplier clock;
    private boolean isDone;
    private long beganNanos;
    private long nextNanos;

    Pace(long intervalNanos, LongSupplier clock) {
        this.intervalNanos = intervalNanos;
        this.clock = clock;
    }

    /** Whether it is time, and if so, that it begins. */
    boolean begins() {
        long now = clock.getAsLong();
        if (isDone && now - nextNanos < 0) {
            return false;
        }
        beganNanos = now;
        return true;
    }

    void ended() {
        long now = clock.getAsLong();
        isDone = true;
        nextNanos = now + Math.max(intervalNanos, REST * (now - beganNanos));
    }
}
