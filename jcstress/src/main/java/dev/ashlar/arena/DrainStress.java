package dev.ashlar.arena;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Remote frees on their way into an arena: pushed while it is drained, drained by two, or while it serves. */
public final class DrainStress {
    private DrainStress() {}

    /** Pushed and drained at once: the cell is in its slab after the last drain, once. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "only the cell that is still held is not in its slab")
    @Outcome(expect = FORBIDDEN, desc = "a cell was lost or put back twice")
    @State
    public static class OfferAndDrain {
        private final SmallArenas arenas = new SmallArenas();
        private final long cell = arenas.cellOf(arenas.first);
        private final long held = arenas.cellOf(arenas.first);

        @Actor
        public void offer() {
            arenas.first.offer(SmallArenas.batchOf(cell));
        }

        @Actor
        public void drain() {
            arenas.first.drainQueue(true);
        }

        @Arbiter
        public void after(J_Result r) {
            r.r1 = held == cell ? -1 : arenas.close();
        }
    }

    /** Two drain a queue that has several batches: it takes one consumer at a time. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "each is in its slab")
    @Outcome(expect = FORBIDDEN, desc = "a cell was lost or put back twice")
    @State
    public static class DrainAndDrain {
        private final SmallArenas arenas = new SmallArenas();

        /** Four batches of one cell each. */
        public DrainAndDrain() {
            for (int i = 0; i < 4; i++) {
                arenas.first.offer(SmallArenas.batchOf(arenas.cellOf(arenas.first)));
            }
        }

        @Actor
        public void one() {
            arenas.first.drainQueue(true);
        }

        @Actor
        public void other() {
            arenas.first.drainQueue(true);
        }

        @Arbiter
        public void after(J_Result r) {
            r.r1 = arenas.close();
        }
    }

    /** The owner allocates while another thread frees to it, and there is nothing else to be had. */
    @JCStressTest
    @Outcome(id = "0, 6", expect = ACCEPTABLE, desc = "too early: the cell came back afterwards")
    @Outcome(id = "1, 7", expect = ACCEPTABLE, desc = "it was served again")
    @Outcome(expect = FORBIDDEN, desc = "a cell was lost, or served while it was taken")
    @State
    public static class OfferAndServe {
        private final SmallArenas arenas = new SmallArenas();
        private final long cell = arenas.cellOf(arenas.first);

        /** The arena has nothing left. */
        public OfferAndServe() {
            SmallArenas.leaveCells(arenas.first, 0);
        }

        @Actor
        public void free() {
            arenas.first.offer(SmallArenas.batchOf(cell));
        }

        @Actor
        public void allocate(JJ_Result r) {
            long served = SmallArenas.serveCell(arenas.first);
            r.r1 = served == 0 ? 0 : served == cell ? 1 : -1;
        }

        @Arbiter
        public void after(JJ_Result r) {
            r.r2 = arenas.close();
        }
    }
}
