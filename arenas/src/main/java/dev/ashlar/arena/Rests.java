package dev.ashlar.arena;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * When a thread that takes a lock again and again is to sleep for a moment, without the lock.
 *
 * <p>A thread that never sleeps is preempted once it has had its share of a busy processor, and if it has a lock then, everybody waits for it until its next turn. One that
 * sleeps often enough begins each turn anew, and is seldom preempted at all. Where nobody has waited for it lately, it goes on. Used by one thread at a time.
 */
public final class Rests {
    /** Well below the shares that schedulers give. */
    private static final long WORK_NANOS = 250_000;

    /** Who has waited will come again. */
    private static final long LATELY_NANOS = 1_000_000_000;

    private final LongSupplier clock;
    private long rested;
    private long waited;

    /** A thread that has just rested. */
    public Rests() {
        this(System::nanoTime);
    }

    /** For tests, with a clock in nanoseconds. */
    Rests(LongSupplier clock) {
        this.clock = clock;
        rested = clock.getAsLong();
        waited = rested - LATELY_NANOS;
    }

    /** Somebody waits for a lock that this thread has. */
    public void awaited() {
        waited = clock.getAsLong();
    }

    /** Whether it has worked for long enough, and others wanted the lock lately. */
    public boolean isDue() {
        long now = clock.getAsLong();
        return now - rested >= WORK_NANOS && now - waited < LATELY_NANOS;
    }

    /** Sleeps for about so long. */
    public void rest(long nanos) {
        LockSupport.parkNanos(this, nanos);
        rested = clock.getAsLong();
    }
}
