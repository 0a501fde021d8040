package dev.ashlar.arenas;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Bytes in hand of threads: whatever happens at once, none is made and none is lost, and nobody sees less than none. */
public final class CreditsStress {
    private CreditsStress() {}

    /** One puts and takes, the other takes everything. */
    @JCStressTest
    @Outcome(id = {"70, 0, 30", "70, 30, 0", "0, 100, 0"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(expect = FORBIDDEN, desc = "made or lost")
    @State
    public static class TakeAndTakeAll {
        private final Credits credits = new Credits(1);

        @Actor
        public void putAndTake(JJJ_Result r) {
            credits.put(100, Long.MAX_VALUE);
            r.r1 = credits.take(70) ? 70 : 0;
        }

        @Actor
        public void takeAll(JJJ_Result r) {
            r.r2 = credits.takeAll();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r3 = credits.sum();
        }
    }

    /** One takes more than there is: the other must not see a debt, for which it would refuse a request that fits. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "nothing there, nothing taken")
    @Outcome(expect = FORBIDDEN, desc = "a debt for a moment")
    @State
    public static class NoDebtByTaking {
        private final Credits credits = new Credits(1);

        @Actor
        public void take(JJJ_Result r) {
            r.r1 = credits.take(70) ? 70 : 0;
        }

        @Actor
        public void takeAll(JJJ_Result r) {
            r.r2 = credits.takeAll();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r3 = credits.sum();
        }
    }

    /** What is above a cell's limit is taken out again, unless the other took it: a debt that stays would be room beyond the budget's limit. */
    @JCStressTest
    @Outcome(id = {"80, 0, 20", "80, 20, 0", "0, 100, 0"}, expect = ACCEPTABLE, desc = "one after the other")
    @Outcome(expect = FORBIDDEN, desc = "made or lost, or a debt")
    @State
    public static class NoDebtBySurplus {
        private final Credits credits = new Credits(1);

        @Actor
        public void put(JJJ_Result r) {
            r.r1 = credits.put(100, 40);
        }

        @Actor
        public void takeAll(JJJ_Result r) {
            r.r2 = credits.takeAll();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r3 = credits.sum();
        }
    }
}
