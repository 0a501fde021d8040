package dev.ashlar;

import java.time.Duration;
import java.util.Objects;

/**
 * What a defragmentation on demand is to do, and when it is to stop.
 *
 * @param arena the number of the one arena to look after, or {@link #ALL_ARENAS}. What belongs to no arena, caches and wholly free regions, is looked
 *     after in any case
 * @param timeLimit from its beginning; it stops at the end of the piece of work that it is at then
 * @param byteLimit it stops when it has reclaimed so many bytes, over all kinds
 */
public record DefragOptions(int arena, Duration timeLimit, long byteLimit) {
    /** In place of an arena's number. */
    public static final int ALL_ARENAS = -1;

    private static final DefragOptions DEFAULT =
            new DefragOptions(ALL_ARENAS, Duration.ofNanos(Long.MAX_VALUE), Long.MAX_VALUE);

    /**
     * Checks all three.
     *
     * @throws IllegalArgumentException if the arena is less than -1, or a limit is not positive
     */
    public DefragOptions {
        Objects.requireNonNull(timeLimit, "timeLimit");
        if (arena < ALL_ARENAS) {
            throw new IllegalArgumentException("arena: " + arena + " (expected: an arena's number, or -1 for all)");
        }
        if (timeLimit.isZero() || timeLimit.isNegative()) {
            throw new IllegalArgumentException("timeLimit: " + timeLimit + " (expected: more than 0)");
        }
        if (byteLimit <= 0) {
            throw new IllegalArgumentException("byteLimit: " + byteLimit + " (expected: more than 0)");
        }
    }

    /** All arenas, without a limit. */
    public static DefragOptions all() {
        return DEFAULT;
    }

    /** The same for one arena. */
    public DefragOptions ofArena(int number) {
        return new DefragOptions(number, timeLimit, byteLimit);
    }

    /** The same with a time limit. */
    public DefragOptions within(Duration limit) {
        return new DefragOptions(arena, limit, byteLimit);
    }

    /** The same with a limit of reclaimed bytes. */
    public DefragOptions upTo(long bytes) {
        return new DefragOptions(arena, timeLimit, bytes);
    }
}
