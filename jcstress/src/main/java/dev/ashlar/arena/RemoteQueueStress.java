package dev.ashlar.arena;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The queue of remote frees by itself: many push, one polls. */
public final class RemoteQueueStress {
    private RemoteQueueStress() {}

    private static CellBatch batchOf(long cell) {
        CellBatch batch = new CellBatch();
        batch.begin(0);
        batch.add(cell);
        return batch;
    }

    /** Sum of the cells that can be taken now. */
    private static long pollAll(RemoteQueue queue) {
        long sum = 0;
        for (CellBatch batch = queue.poll(); batch != null; batch = queue.poll()) {
            sum += batch.count() == 1 ? batch.cells()[0] : Long.MIN_VALUE;
            queue.done(batch);
        }
        return sum;
    }

    /** Two push while nobody polls. */
    @JCStressTest
    @Outcome(id = "true, true, 110", expect = ACCEPTABLE, desc = "both are there")
    @Outcome(expect = FORBIDDEN, desc = "a batch was lost, doubled or changed")
    @State
    public static class TwoProducers {
        private final RemoteQueue queue = new RemoteQueue(4, new SpareBatches());

        @Actor
        public void first(ZZJ_Result r) {
            r.r1 = queue.offer(batchOf(10));
        }

        @Actor
        public void second(ZZJ_Result r) {
            r.r2 = queue.offer(batchOf(100));
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = pollAll(queue) + queue.cells() + queue.bytes();
        }
    }

    /** One pushes while the other polls. */
    @JCStressTest
    @Outcome(id = {"0, 110, 0", "10, 100, 0", "110, 0, 0"}, expect = ACCEPTABLE, desc = "each cell once, in order")
    @Outcome(expect = FORBIDDEN, desc = "a cell was lost, doubled or not yet written; or the counts are wrong")
    @State
    public static class PushAndPoll {
        private final RemoteQueue queue = new RemoteQueue(4, new SpareBatches());

        @Actor
        public void push() {
            queue.offer(batchOf(10));
            queue.offer(batchOf(100));
        }

        @Actor
        public void poll(JJJ_Result r) {
            r.r1 = pollAll(queue);
        }

        @Arbiter
        public void after(JJJ_Result r) {
            r.r2 = pollAll(queue);
            r.r3 = Math.abs(queue.cells()) + Math.abs(queue.bytes());
        }
    }

    /** Two push where there is room for one: the other keeps its batch. */
    @JCStressTest
    @Outcome(id = "true, false, 11", expect = ACCEPTABLE, desc = "the first had room")
    @Outcome(id = "false, true, 101", expect = ACCEPTABLE, desc = "the second had room")
    @Outcome(expect = FORBIDDEN, desc = "dropped, or more than the bound")
    @State
    public static class OnePlaceLeft {
        private final RemoteQueue queue = new RemoteQueue(2, new SpareBatches());

        /** One of two places is taken. */
        public OnePlaceLeft() {
            queue.offer(batchOf(1));
        }

        @Actor
        public void first(ZZJ_Result r) {
            r.r1 = queue.offer(batchOf(10));
        }

        @Actor
        public void second(ZZJ_Result r) {
            r.r2 = queue.offer(batchOf(100));
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = pollAll(queue) + Math.abs(queue.cells()) + Math.abs(queue.bytes());
        }
    }
}
