package dev.ashlar.record;

import dev.ashlar.record.Sampler.Sample;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A sampled block that other threads free: its sample is counted once, and what is live has one. */
public final class SamplerStress {
    private static final long BLOCK = 64;

    private SamplerStress() {}

    /** One block, which was sampled. */
    public static class Sampled {
        /** Every block is sampled: the random number is 0. */
        final Sampler sampler = new Sampler("jcstress", 1, () -> 0);

        Sampled() {
            sampler.allocated(BLOCK, 100, 0);
        }

        /** Takes the sample out, and tells whether the free happened; whether there was one. */
        boolean free(boolean happens) {
            Sample sample = sampler.take(BLOCK);
            if (sample == null) {
                return false;
            }
            sampler.freed(sample, happens);
            return true;
        }
    }

    /** Two threads free it. */
    @JCStressTest
    @Outcome(id = {"true, false, 0", "false, true, 0"}, expect = ACCEPTABLE, desc = "one of them counts it")
    @Outcome(expect = FORBIDDEN, desc = "counted twice, or never")
    @State
    public static class TwoFrees extends Sampled {
        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = free(true);
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = free(true);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = sampler.live();
        }
    }

    /** One of two frees is refused: its sample is live as before, or the other's. */
    @JCStressTest
    @Outcome(id = {"true, true, 0", "true, false, 1", "false, true, 0"}, expect = ACCEPTABLE,
            desc = "live, or counted by the other")
    @Outcome(expect = FORBIDDEN, desc = "lost, or live when it was counted")
    @State
    public static class FreeThatFails extends Sampled {
        @Actor
        public void refused(ZZJ_Result r) {
            r.r1 = free(false);
        }

        @Actor
        public void free(ZZJ_Result r) {
            r.r2 = free(true);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = sampler.live();
        }
    }

    /** Its memory is handed out again, and sampled, by who sees that it is free: the new sample is live, and it is not the old one. */
    @JCStressTest
    @Outcome(id = {"1, 1, 1"}, expect = ACCEPTABLE, desc = "handed out again")
    @Outcome(id = {"1, 0, 0"}, expect = ACCEPTABLE, desc = "not seen to be free yet")
    @Outcome(expect = FORBIDDEN, desc = "the new sample was taken for the old one, or the other way round")
    @State
    public static class FreeAndReuse extends Sampled {
        private volatile boolean isFree;

        @Actor
        public void free(JJJ_Result r) {
            Sample sample = sampler.take(BLOCK);
            isFree = true;
            if (sample != null && sample.byteSize() == 100) {
                sampler.freed(sample, true);
                r.r1 = 1;
            }
        }

        @Actor
        public void reuse(JJJ_Result r) {
            r.r2 = isFree && sampler.allocated(BLOCK, 200, 0) ? 1 : 0;
        }

        @Arbiter
        public void after(JJJ_Result r) {
            Sample sample = sampler.take(BLOCK);
            r.r3 = sample == null ? 0 : sample.byteSize() == 200 ? 1 : -1;
        }
    }
}
