package dev.ashlar.record;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Events of several threads, taken by one: none is lost, none is torn, and their order is one that can have been. */
public final class EventRingStress {
    private static final int SLOTS = 1 << 10;

    private EventRingStress() {}

    /** A ring whose events have the same number in each field. */
    public static class Ring {
        final EventRing ring = new EventRing(SLOTS);

        /** Adds an event; its place, or -1. */
        long add(long number) {
            long place = ring.claim();
            if (place != EventRing.REFUSED) {
                ring.put(place, EventRing.ALLOCATED, number, number, number, number, number);
            }
            return place;
        }

        /** The number of the next event; 0 if it is not there, -1 if its fields are not of one event. */
        long take() {
            if (!ring.hasNext()) {
                return 0;
            }
            long number = ring.address();
            boolean isWhole = ring.kind() == EventRing.ALLOCATED && ring.moved() == number && ring.byteSize() == number
                    && ring.alignment() == number && ring.thread() == number;
            ring.advance();
            return isWhole ? number : -1;
        }
    }

    /** Two events: both are there, each in its place. */
    @JCStressTest
    @Outcome(id = "0, 1, 12", expect = ACCEPTABLE, desc = "one before the other")
    @Outcome(id = "1, 0, 21", expect = ACCEPTABLE, desc = "and the other way round")
    @Outcome(expect = FORBIDDEN, desc = "lost, torn or in one place")
    @State
    public static class TwoPuts extends Ring {
        @Actor
        public void one(JJJ_Result r) {
            r.r1 = add(1);
        }

        @Actor
        public void other(JJJ_Result r) {
            r.r2 = add(2);
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r3 = 10 * take() + take();
        }
    }

    /** What is taken while it is put is whole. */
    @JCStressTest
    @Outcome(id = {"7, 0", "0, 7"}, expect = ACCEPTABLE, desc = "taken at once, or later")
    @Outcome(expect = FORBIDDEN, desc = "torn, lost or taken twice")
    @State
    public static class PutAndTake extends Ring {
        @Actor
        public void put() {
            add(7);
        }

        @Actor
        public void take(JJ_Result r) {
            r.r1 = take();
        }

        @Arbiter
        public void after(JJ_Result r) {
            r.r2 = take();
        }
    }

    /** A block is freed, and its memory handed out again by who sees that: the free comes first. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "handed out, after the free")
    @Outcome(id = "0, -1", expect = ACCEPTABLE, desc = "not seen to be free yet")
    @Outcome(expect = FORBIDDEN, desc = "handed out before it is free")
    @State
    public static class FreeBeforeAllocation extends Ring {
        private volatile boolean isFree;

        @Actor
        public void free(JJ_Result r) {
            r.r1 = add(1);
            isFree = true;
        }

        @Actor
        public void allocate(JJ_Result r) {
            r.r2 = isFree ? add(2) : -1;
        }
    }

    /** The end of a recording: what was accepted is there, and then nothing comes. */
    @JCStressTest
    @Outcome(id = "0, 7, 1", expect = ACCEPTABLE, desc = "accepted, and there")
    @Outcome(id = "-1, 0, 1", expect = ACCEPTABLE, desc = "refused, and not there")
    @Outcome(expect = FORBIDDEN, desc = "accepted and lost, refused and there, or no end")
    @State
    public static class PutAndClose extends Ring {
        @Actor
        public void put(JJJ_Result r) {
            r.r1 = add(7);
        }

        @Actor
        public void close() {
            ring.close();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r2 = take();
            r.r3 = ring.isDone() && ring.claim() == EventRing.REFUSED ? 1 : 0;
        }
    }

    /** A full ring: an event waits until one has been taken, and is not written over one that has not. */
    @JCStressTest
    @Outcome(id = "1024, 1, 2", expect = ACCEPTABLE, desc = "it waited")
    @Outcome(expect = FORBIDDEN, desc = "written over another, or refused")
    @State
    public static class Full extends Ring {
        /** As many events as there is room for. */
        public Full() {
            for (int i = 1; i <= SLOTS; i++) {
                ring.put(ring.claim(), EventRing.ALLOCATED, i, i, i, i, i);
            }
        }

        @Actor
        public void put(JJJ_Result r) {
            r.r1 = add(7);
        }

        @Actor
        public void take(JJJ_Result r) {
            r.r2 = take();
            ring.tellTaken();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r3 = take();
        }
    }
}
