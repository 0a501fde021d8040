package dev.ashlar.space;

import dev.ashlar.InvalidFreeException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Claims and frees of units that lie in the same words, or over several: each unit is one claim's, and a claim that fails leaves nothing. */
public final class BitmapStress {
    private BitmapStress() {}

    /** A volume of 192 units, which are three words. */
    public static class Volume {
        final BitmapSpace space = BitmapSpace.builder(192).policy(SpacePolicy.FIRST_FIT).build();

        boolean free(long offset, long length) {
            try {
                space.free(offset, length);
                return true;
            } catch (InvalidFreeException e) {
                return false;
            }
        }

        /** How many units are allocated, by the bits, which the summaries and the count agree with. */
        long used() {
            space.validate();
            return space.usedLength();
        }
    }

    /** Two ranges with units in common, in a word in which neither is alone. */
    @JCStressTest
    @Outcome(id = {"true, false, 8", "false, true, 70"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody, or something was left of a claim that failed")
    @State
    public static class OverlappingClaims extends Volume {
        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = space.allocateAt(60, 8);
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = space.allocateAt(66, 70);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = used();
        }
    }

    /** Neighbours in one word: both succeed. */
    @JCStressTest
    @Outcome(id = "true, true, 70", expect = ACCEPTABLE, desc = "both have theirs")
    @Outcome(expect = FORBIDDEN, desc = "one was refused, or took the other's bits along")
    @State
    public static class NeighbouringClaims extends Volume {
        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = space.allocateAt(30, 35);
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = space.allocateAt(65, 35);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = used();
        }
    }

    /** Two requests, and room for one of them: neither is refused before the other has it all. */
    @JCStressTest
    @Outcome(id = {"true, false, 192", "false, true, 192"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
    @State
    public static class LastRun extends Volume {
        /** 70 units are free, in two words. */
        public LastRun() {
            space.allocateAt(0, 50);
            space.allocateAt(120, 72);
        }

        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = space.tryAllocate(70, 1) == 50;
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = space.tryAllocate(70, 1) == 50;
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = used();
        }
    }

    /** A range is freed while somebody wants it. */
    @JCStressTest
    @Outcome(id = {"true, true, 70", "true, false, 0"}, expect = ACCEPTABLE, desc = "in time, or too early")
    @Outcome(expect = FORBIDDEN, desc = "a unit was lost, or is two's")
    @State
    public static class FreeAndClaim extends Volume {
        /** It is allocated. */
        public FreeAndClaim() {
            space.allocateAt(50, 70);
        }

        @Actor
        public void free(ZZJ_Result r) {
            r.r1 = free(50, 70);
        }

        @Actor
        public void claim(ZZJ_Result r) {
            r.r2 = space.allocateAt(50, 70);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = used();
        }
    }

    /** Two free what lies in one word. */
    @JCStressTest
    @Outcome(id = {"true, false, 0", "false, true, 0"}, expect = ACCEPTABLE, desc = "one of them frees it")
    @Outcome(expect = FORBIDDEN, desc = "freed twice, or not at all")
    @State
    public static class TwoFrees extends Volume {
        /** It is allocated. */
        public TwoFrees() {
            space.allocateAt(8, 8);
        }

        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = free(8, 8);
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = free(8, 8);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = used();
        }
    }
}
