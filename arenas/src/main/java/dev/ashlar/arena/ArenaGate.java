package dev.ashlar.arena;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/**
 * The lock of an arena, and whether what it guards may be relied on.
 *
 * <p><b>Fenced</b>: damage was found; the arena serves nothing until it validates again. <b>Suspect</b>: an error (no stack, no heap) went through
 * in the middle of a change; whoever enters next validates the arena first, and fences it if that fails. <b>Closed</b>: the pool is.
 *
 * <p>A thread that has one arena's lock takes no other's ({@link LockRank#ARENA}).
 */
final class ArenaGate {
    /** So often a thread looks before it sleeps: for some 10 microseconds. Where one core is all there is, the holder has to run. */
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 200 : 0;

    private final int number;
    private final String poolName;
    private final Runnable validation;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition pagesBack = lock.newCondition();

    /** How many wait outside, but for those whom the lock knows of. */
    private final AtomicInteger awaiting = new AtomicInteger();

    // Guarded by lock.
    private int awaitingPages;
    private long purges;
    private boolean suspect;
    private boolean closed;
    private @Nullable HeapCorruptionException damage;

    /** A gate that is open; {@code validation} throws what it finds damaged. */
    ArenaGate(int number, String poolName, Runnable validation) {
        this.number = number;
        this.poolName = poolName;
        this.validation = validation;
    }

    /** Enters; false if {@code wait} is and another thread is inside. */
    boolean enter(boolean wait) {
        // A visitor of a caller has what this thread has set aside: that it comes back is seen here.
        assert !lock.isHeldByCurrentThread() : "arena " + number + ": entered twice (expected: once)";
        assert LockRank.ARENA.enter();
        if (wait) {
            if (lock.isLocked()) {
                spin();
            }
            // Here, and in no method of its own: where the stack ends inside of it, the error comes when the compiled method returns that it is part of, with the lock taken.
            lock.lock();
        } else if (!lock.tryLock()) {
            assert LockRank.ARENA.leave();
            return false;
        }
        try {
            settleIfSuspect();
        } catch (Throwable e) {
            exit();
            throw e;
        }
        return true;
    }

    /** Most holders are through in less time than it takes to sleep and be woken. */
    private void spin() {
        awaiting.getAndIncrement();
        try {
            for (int i = 0; i < SPINS && lock.isLocked(); i++) {
                Thread.onSpinWait();
            }
        } finally {
            awaiting.getAndDecrement();
        }
    }

    void exit() {
        lock.unlock();
        assert LockRank.ARENA.leave();
    }

    /** Leaves for this thread, if it could not, as it had no stack left for that; called where it has more. Whoever enters next validates. */
    void leaveBehind() {
        if (lock.isHeldByCurrentThread()) {
            suspect = true;
            exit();
        }
    }

    /** Whether a thread is inside at this moment. */
    boolean isBusy() {
        return lock.isLocked();
    }

    /** Whether a thread waits outside at this moment: who is inside for long should leave soon. */
    boolean isAwaited() {
        return awaiting.get() != 0 || lock.hasQueuedThreads();
    }

    /** Leaves, waits for {@link #pagesAreBack}, and enters again: what is inside may have changed. */
    void awaitPages() {
        awaitingPages++;
        awaiting.getAndIncrement();
        try {
            for (long before = purges; purges == before;) {
                pagesBack.awaitUninterruptibly();
            }
        } finally {
            awaiting.getAndDecrement();
            awaitingPages--;
        }
        settleIfSuspect();
    }

    /** Whether a thread is in {@link #awaitPages}. */
    boolean arePagesAwaited() {
        return awaitingPages != 0;
    }

    /** Lets those go on that are in {@link #awaitPages}. */
    void pagesAreBack() {
        purges++;
        pagesBack.signalAll();
    }

    private void settleIfSuspect() {
        if (suspect) {
            try {
                validation.run();
            } catch (HeapCorruptionException e) {
                fence(e);
            }
            suspect = false;
        }
    }

    /** An error goes through. */
    void suspect() {
        suspect = true;
    }

    /** Damage was found; the first is kept as the reason. */
    HeapCorruptionException fence(HeapCorruptionException found) {
        if (damage == null) {
            damage = found;
        }
        return found;
    }

    /** The arena has been found sound. */
    void lift() {
        damage = null;
    }

    boolean isFenced() {
        return damage != null;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * For a request: whether this arena can serve it at all.
     *
     * @throws IllegalStateException if the pool is closed
     */
    boolean serves() {
        if (closed) {
            throw new IllegalStateException("pool '" + poolName + "' is closed (expected: open)");
        }
        return damage == null;
    }

    /**
     * For who must reach a block of this arena.
     *
     * @throws IllegalStateException if the pool is closed
     * @throws HeapCorruptionException if the arena is fenced
     */
    void checkServing() {
        HeapCorruptionException since = damage;
        if (!serves() && since != null) {
            throw new HeapCorruptionException(
                    "pool '%s': arena %d is fenced (expected: recovered) since %s"
                            .formatted(poolName, number, since.getMessage()),
                    since);
        }
    }

    /** Why the arena serves nothing, or null; takes the lock. */
    @Nullable
    HeapCorruptionException damage() {
        assert LockRank.ARENA.enter();
        lock.lock();
        try {
            return damage;
        } finally {
            exit();
        }
    }

    /** Refuses, or serves again: for the closing of the pool; takes the lock. */
    void setClosed(boolean value) {
        assert LockRank.ARENA.enter();
        lock.lock();
        try {
            closed = value;
        } finally {
            exit();
        }
    }
}
