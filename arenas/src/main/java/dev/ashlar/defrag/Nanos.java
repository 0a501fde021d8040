package dev.ashlar.defrag;

import java.time.Duration;

/** Durations as nanoseconds. */
public final class Nanos {
    private Nanos() {}

    /** The nanoseconds of a duration, {@code Long.MAX_VALUE} if those are too many. */
    public static long of(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
