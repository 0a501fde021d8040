package dev.ashlar.movable;

import java.util.function.ToLongFunction;

import dev.ashlar.LockSlices;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.LockMeter;
import dev.ashlar.arena.Rests;
import dev.ashlar.region.BlockSpace;

/** The steps of a pass under the arena's lock: each for a short time, measured, and behind those that wait. Used by one thread. */
final class Slices {
    /** A thread that is woken takes about so long to get the lock. */
    private static final long PAUSE_NANOS = 20_000;

    private final CoreArena arena;
    private final long sliceNanos;
    private final LockMeter meter = new LockMeter();
    private final Rests rests = new Rests();
    private long begin;

    Slices(CoreArena arena, long sliceNanos) {
        this.arena = arena;
        this.sliceNanos = sliceNanos;
    }

    /** Does one step, which asks {@link #isOver} now and then. */
    long run(ToLongFunction<BlockSpace> step) {
        if (arena.isAwaited() || rests.isDue()) {
            // The lock goes to whoever asks first, and that would be this thread.
            rests.rest(PAUSE_NANOS);
        }
        return arena.step(space -> {
            begin = System.nanoTime();
            try {
                return step.applyAsLong(space);
            } finally {
                meter.add(System.nanoTime() - begin, sliceNanos);
                if (arena.isAwaited()) {
                    rests.awaited();
                }
            }
        });
    }

    /** Whether the step has had the lock for as long as it may, or somebody waits for it. */
    boolean isOver() {
        return arena.isAwaited() || System.nanoTime() - begin >= sliceNanos;
    }

    /** For how long each step had the lock. */
    LockSlices locks() {
        return meter.slices();
    }
}
