package dev.ashlar.cache;

import java.util.Objects;

import dev.ashlar.cache.Stripes.Stripe;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The stripes that virtual threads share: one holder at a time, who finds what the one before left. */
public final class StripesStress {
    private static final int CLASS = 2;
    private static final long CELL = CacheTableStress.GEOMETRY.base() + (1 << 12);

    private StripesStress() {}

    private static Stripes twoStripes() {
        Stripes stripes = new Stripes(2, i -> CacheTableStress.newCache(-2));
        stripes.forEachIdle(cache -> cache.grow(CLASS, false));
        return stripes;
    }

    /** Two want the only stripe that is left. */
    @JCStressTest
    @Outcome(id = {"true, false", "false, true"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
    @State
    public static class OneStripe {
        private final Stripes stripes = twoStripes();
        private final Stripe taken = Objects.requireNonNull(stripes.tryTake());

        @Actor
        public void one(ZZ_Result r) {
            r.r1 = stripes.tryTake() != null;
        }

        @Actor
        public void other(ZZ_Result r) {
            r.r2 = stripes.tryTake() != null;
        }
    }

    /** One leaves cells in a stripe and releases it, the next one takes it. */
    @JCStressTest
    @Outcome(id = {"-1, 3", "3, 0"}, expect = ACCEPTABLE, desc = "too early, or all that was left there")
    @Outcome(expect = FORBIDDEN, desc = "a part of what was left there")
    @State
    public static class HandOver {
        private final Stripes stripes = twoStripes();
        private final Stripe mine = Objects.requireNonNull(stripes.tryTake());
        private final Stripe busy = Objects.requireNonNull(stripes.tryTake());

        @Actor
        public void leave() {
            for (int i = 0; i < 3; i++) {
                mine.cache().push(CLASS, CELL + 64L * i);
            }
            mine.release();
        }

        @Actor
        public void take(II_Result r) {
            r.r1 = -1;
            Stripe stripe = stripes.tryTake();
            if (stripe != null) {
                int cells = 0;
                while (stripe.cache().allocate(CLASS) != 0) {
                    cells++;
                }
                r.r1 = cells;
                stripe.release();
            }
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = mine.cache().cells(CLASS);
        }
    }

    /** Two use the same stripe, again and again: no push is lost. */
    @JCStressTest
    @Outcome(id = "[0-3], [0-3], 0", expect = ACCEPTABLE, desc = "as many cells as were pushed")
    @Outcome(expect = FORBIDDEN, desc = "an exchange was lost")
    @State
    public static class MagazineExchange {
        private final Stripes stripes = twoStripes();
        private final Stripe busy = Objects.requireNonNull(stripes.tryTake());

        private int push(long cell) {
            int pushed = 0;
            for (int i = 0; i < 3; i++) {
                Stripe stripe = stripes.tryTake();
                if (stripe != null) {
                    pushed += stripe.cache().push(CLASS, cell + 64L * i) ? 1 : 0;
                    stripe.release();
                }
            }
            return pushed;
        }

        @Actor
        public void one(III_Result r) {
            r.r1 = push(CELL);
        }

        @Actor
        public void other(III_Result r) {
            r.r2 = push(CELL + (1 << 12));
        }

        @Arbiter
        public void after(III_Result r) {
            int cells = stripes.caches().stream().mapToInt(cache -> cache.cells(CLASS)).sum();
            r.r3 = cells - r.r1 - r.r2;
        }
    }

    /** Two caches want more of a budget that has enough for one. */
    @JCStressTest
    @Outcome(id = {"true, false", "false, true", "false, false"}, expect = ACCEPTABLE, desc = "not both")
    @Outcome(expect = FORBIDDEN, desc = "more was granted than there is")
    @State
    public static class BudgetOfOne {
        private final CacheBudget budget = new CacheBudget(100, 100);

        @Actor
        public void one(ZZ_Result r) {
            r.r1 = budget.grant(0, 60);
        }

        @Actor
        public void other(ZZ_Result r) {
            r.r2 = budget.grant(0, 60);
        }
    }
}
