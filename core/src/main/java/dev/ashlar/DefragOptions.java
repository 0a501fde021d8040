package dev.ashlar;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * What a defragmentation on demand is to do, and when it is to stop.
 *
 * @param arena the number of the one arena to look after, or {@link #ALL_ARENAS}. What belongs to no arena, caches and wholly free regions, is looked
 *     after in any case
 * @param timeLimit from its beginning; it stops at the end of the piece of work that it is at then
 * @param byteLimit it stops when it has reclaimed so many bytes, over all kinds
 * @param steps that it takes, in their order; the others are left out
 */
public record DefragOptions(int arena, Duration timeLimit, long byteLimit, Set<DefragStep> steps) {
    /** In place of an arena's number. */
    public static final int ALL_ARENAS = -1;

    private static final DefragOptions DEFAULT =
            new DefragOptions(ALL_ARENAS, Duration.ofNanos(Long.MAX_VALUE), Long.MAX_VALUE,
                    EnumSet.allOf(DefragStep.class));

    /**
     * Checks all, and copies the set.
     *
     * @throws IllegalArgumentException if the arena is less than -1, a limit is not positive, or there is no step
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
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("steps: none (expected: one or more)");
        }
        steps = Collections.unmodifiableSet(EnumSet.copyOf(steps));
    }

    /** All arenas and steps, without a limit. */
    public static DefragOptions all() {
        return DEFAULT;
    }

    /** The same for one arena. */
    public DefragOptions ofArena(int number) {
        return new DefragOptions(number, timeLimit, byteLimit, steps);
    }

    /** The same with a time limit. */
    public DefragOptions within(Duration limit) {
        return new DefragOptions(arena, limit, byteLimit, steps);
    }

    /** The same with a limit of reclaimed bytes. */
    public DefragOptions upTo(long bytes) {
        return new DefragOptions(arena, timeLimit, bytes, steps);
    }

    /**
     * The same with these steps alone.
     *
     * @throws IllegalArgumentException if there is none
     */
    public DefragOptions only(Set<DefragStep> some) {
        return new DefragOptions(arena, timeLimit, byteLimit, some);
    }
}
