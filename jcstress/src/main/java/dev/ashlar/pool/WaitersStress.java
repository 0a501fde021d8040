package dev.ashlar.pool;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Requests that wait: who is signalled, or first, gets it, and nobody sleeps through it. */
public final class WaitersStress {
    private static final long LONG_NANOS = TimeUnit.DAYS.toNanos(1);

    private WaitersStress() {}

    private static long await(Waiters waiters, LongSupplier attempt) {
        try {
            return waiters.await(LONG_NANOS, attempt);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Memory comes back while one waits for it. A signal that is lost costs the waiter a retry, and one that wakes nobody a day. */
    @JCStressTest
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "it has it, and nobody waits any more")
    @Outcome(expect = FORBIDDEN, desc = "not served, or still counted")
    @State
    public static class Signal {
        private final Waiters waiters = new Waiters();
        private final AtomicInteger memory = new AtomicInteger();

        @Actor
        public void await(JJJ_Result r) {
            r.r1 = WaitersStress.await(waiters, () -> memory.getAndSet(0));
        }

        @Actor
        public void memoryReturned() {
            memory.set(1);
            waiters.memoryReturned();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r2 = memory.get();
            r.r3 = waiters.waiting();
        }
    }

    /** Two wait for as much: the second has its turn when the first is served. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "both have it")
    @Outcome(expect = FORBIDDEN, desc = "not served, or still counted")
    @State
    public static class TwoWait {
        private final Waiters waiters = new Waiters();
        private final AtomicInteger memory = new AtomicInteger(2);

        private long await() {
            return WaitersStress.await(waiters, () -> memory.getAndDecrement() > 0 ? 1 : 0);
        }

        @Actor
        public void one(JJJ_Result r) {
            r.r1 = await();
        }

        @Actor
        public void other(JJJ_Result r) {
            r.r2 = await();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r3 = waiters.waiting();
        }
    }
}
