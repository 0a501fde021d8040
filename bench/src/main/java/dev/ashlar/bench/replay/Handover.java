package dev.ashlar.bench.replay;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The handovers of a {@link ParallelTrace}, each published by one thread and awaited by one other in every pass.
 *
 * <pre>
 *   state      an earlier pass (0 before the first) --> this pass                         published before it was awaited
 *                                                   --> WAITED_FOR --> this pass          the waiter parks, and is woken
 * </pre>
 *
 * <p>Publishing is one atomic exchange; what was done before it is seen by who awaited it. Waiting spins for about as long as a context switch
 * takes, and then parks: a recording may have many more threads than the machine has cores, and who has to wait for long must not take time from
 * those that can go on.
 */
final class Handover {
    private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int WAITED_FOR = -1;
    private static final int SPINS = 100;

    private final int[] states;
    // Written by the waiter before it makes the state WAITED_FOR, read by the publisher that finds it so.
    private final @Nullable Thread[] waiters;
    private final BooleanSupplier isAborted;
    private int pass;

    /**
     * None published.
     *
     * @param count of handovers
     * @param isAborted whether some thread has failed, so that what it should publish may never come; who makes it true unparks all threads
     */
    Handover(int count, BooleanSupplier isAborted) {
        this.states = new int[count];
        this.waiters = new Thread[count];
        this.isAborted = isAborted;
    }

    /** Begins the next pass, in which nothing is published yet. While no thread publishes or waits. */
    void nextPass() {
        pass++;
    }

    /** Says that all before this call is done. */
    void publish(int handover) {
        if ((int) STATE.getAndSet(states, handover, pass) == WAITED_FOR) {
            LockSupport.unpark(waiters[handover]);
        }
    }

    /**
     * Returns when the handover is published.
     *
     * @return whether it was not yet
     * @throws AbortedException if it may never be
     */
    boolean await(int handover) {
        if ((int) STATE.getAcquire(states, handover) == pass) {
            return false;
        }
        for (int spin = 0; spin < SPINS; spin++) {
            Thread.onSpinWait();
            if ((int) STATE.getAcquire(states, handover) == pass) {
                return true;
            }
        }
        park(handover);
        return true;
    }

    private void park(int handover) {
        waiters[handover] = Thread.currentThread();
        int before = (int) STATE.getAcquire(states, handover);
        if (before == pass || !STATE.compareAndSet(states, handover, before, WAITED_FOR)) {
            return;
        }
        while ((int) STATE.getAcquire(states, handover) != pass) {
            if (isAborted.getAsBoolean()) {
                throw new AbortedException();
            }
            LockSupport.park(this);
        }
    }

    /** Thrown to a thread that waits for one that has failed. */
    static final class AbortedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AbortedException() {
            super("another thread has failed", null, false, false);
        }
    }
}
