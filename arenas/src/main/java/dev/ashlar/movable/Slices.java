package dev.ashlar.movable;

import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;

import dev.ashlar.arena.CoreArena;
import dev.ashlar.region.BlockSpace;

/** The steps of a pass under the arena's lock: each for a short time, measured, and behind those that wait. Used by one thread. */
final class Slices {
    /** A thread that is woken takes about so long to get the lock. */
    private static final long PAUSE_NANOS = 20_000;

    private final CoreArena arena;
    private final long sliceNanos;
    private long begin;
    private long totalNanos;
    private long longestNanos;

    Slices(CoreArena arena, long sliceNanos) {
        this.arena = arena;
        this.sliceNanos = sliceNanos;
    }

    /** Does one step, which asks {@link #isOver} now and then. */
    long run(ToLongFunction<BlockSpace> step) {
        if (arena.isAwaited()) {
            // The lock goes to whoever asks first, and that would be this thread.
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return arena.step(space -> {
            begin = System.nanoTime();
            try {
                return step.applyAsLong(space);
            } finally {
                long held = System.nanoTime() - begin;
                totalNanos += held;
                longestNanos = Math.max(longestNanos, held);
            }
        });
    }

    /** Whether the step has had the lock for as long as it may. */
    boolean isOver() {
        return System.nanoTime() - begin >= sliceNanos;
    }

    long totalNanos() {
        return totalNanos;
    }

    long longestNanos() {
        return longestNanos;
    }
}
