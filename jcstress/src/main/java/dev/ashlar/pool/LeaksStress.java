package dev.ashlar.pool;

import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.cache.CacheTable;
import dev.ashlar.cache.CoreCache;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A view that was dropped is one leak, and one that was closed is none. The garbage collector's part is played by an actor. */
public final class LeaksStress {
    private static final Observation UNOBSERVED = new Observation(new CacheTable(_ -> CoreCache.NONE));

    private LeaksStress() {}

    /** A view that is tracked. */
    public static class View {
        final AtomicInteger leaks = new AtomicInteger();
        final Leaks account = new Leaks("jcstress", UNOBSERVED);
        final Leaks.Tracked view = account.track(new Object(), leaks::incrementAndGet);
    }

    /** Two look at once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "counted once")
    @Outcome(expect = FORBIDDEN, desc = "counted twice, or never")
    @State
    public static class TwoLooks extends View {
        /** Dropped. */
        public TwoLooks() {
            view.enqueue();
        }

        @Actor
        public void one() {
            account.look();
        }

        @Actor
        public void other() {
            account.look();
        }

        @Arbiter
        public void after(J_Result r) {
            r.r1 = leaks.get();
        }
    }

    /** Closed at the last moment, by who the collector did not see any more. */
    @JCStressTest
    @Outcome(id = {"0", "1"}, expect = ACCEPTABLE, desc = "closed in time, or counted")
    @Outcome(expect = FORBIDDEN, desc = "counted twice")
    @State
    public static class CloseAndLook extends View {
        @Actor
        public void close() {
            view.closed();
        }

        @Actor
        public void look() {
            view.enqueue();
            account.look();
        }

        @Arbiter
        public void after(J_Result r) {
            int before = leaks.get();
            account.look();
            // What was decided stays.
            r.r1 = leaks.get() == before ? before : -1;
        }
    }
}
