package dev.ashlar.pool;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import dev.ashlar.lock.LockRank;

/**
 * Requests that wait for memory, first come first served among themselves.
 *
 * <p>Only the first one tries, when memory came back to an arena, and every few milliseconds besides: a cell that is freed into a cache is
 * seen by nobody until it is taken back. A request that does not wait may overtake, as nothing on its path looks here; as caches are bounded, it
 * can do so only while there is memory.
 */
final class Waiters {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final LongAdder waits = new LongAdder();
    private final LongAdder waitedNanos = new LongAdder();

    // Guarded by lock.
    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();

    private volatile int waiting;

    private static final class Waiter {
        private final Condition turn;

        Waiter(Condition turn) {
            this.turn = turn;
        }
    }

    /**
     * Waits until an attempt succeeds.
     *
     * @param nanos at most
     * @param attempt called without a lock held; returns 0 if it did not succeed
     * @return what the attempt returned, 0 if the time is over
     * @throws InterruptedException if the thread is interrupted; nothing was allocated then
     */
    long await(long nanos, LongSupplier attempt) throws InterruptedException {
        assert LockRank.DEFRAGMENTATION.mayEnter(); // Whoever waits has no lock of a pool.
        long begin = System.nanoTime();
        waits.increment();
        Waiter waiter = enqueue();
        try {
            while (true) {
                awaitTurn(waiter, begin, nanos);
                long found = attempt.getAsLong();
                if (found != 0 || System.nanoTime() - begin >= nanos) {
                    return found;
                }
            }
        } finally {
            dequeue(waiter);
            waitedNanos.add(System.nanoTime() - begin);
        }
    }

    private Waiter enqueue() {
        assert LockRank.WAITERS.mayEnter();
        lock.lock();
        try {
            Waiter waiter = new Waiter(lock.newCondition());
            queue.add(waiter);
            waiting = queue.size();
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when this one is first and there is reason to try, or the time is over. */
    @SuppressWarnings("WaitNotInLoop") // Its caller is the loop.
    private void awaitTurn(Waiter waiter, long begin, long nanos) throws InterruptedException {
        assert LockRank.WAITERS.mayEnter();
        lock.lockInterruptibly();
        try {
            long left = nanos - (System.nanoTime() - begin);
            while (queue.peekFirst() != waiter && left > 0) {
                left = waiter.turn.awaitNanos(left);
            }
            if (left > 0) {
                // An early return only means an attempt too many.
                long unused = waiter.turn.awaitNanos(Math.min(left, RETRY_NANOS));
                assert unused <= RETRY_NANOS;
            }
        } finally {
            lock.unlock();
        }
    }

    private void dequeue(Waiter waiter) {
        assert LockRank.WAITERS.mayEnter();
        lock.lock();
        try {
            queue.remove(waiter);
            waiting = queue.size();
            wakeFirst();
        } finally {
            lock.unlock();
        }
    }

    private void wakeFirst() {
        Waiter first = queue.peekFirst();
        if (first != null) {
            first.turn.signal();
        }
    }

    /** Memory came back to an arena: lets the first one try. */
    void memoryReturned() {
        if (waiting > 0) {
            assert LockRank.WAITERS.mayEnter();
            lock.lock();
            try {
                wakeFirst();
            } finally {
                lock.unlock();
            }
        }
    }

    /** How many wait. */
    int waiting() {
        return waiting;
    }

    long waits() {
        return waits.sum();
    }

    long waitedNanos() {
        return waitedNanos.sum();
    }
}
