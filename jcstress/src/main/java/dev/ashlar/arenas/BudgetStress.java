package dev.ashlar.arenas;

import java.time.Duration;

import dev.ashlar.PoolExhaustedException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The limit of a budget is exact, whoever has credits in hand. */
public final class BudgetStress {
    private static final MemoryPool POOL =
            MemoryPool.builder().capacity(64 << 20).reclaimPeriod(Duration.ofDays(1)).build();
    private static final long BYTES = 104;

    private BudgetStress() {}

    private static long allocate(Budget budget) {
        try {
            return budget.allocateAddress(BYTES);
        } catch (PoolExhaustedException e) {
            return 0;
        }
    }

    /** The live bytes after all is freed and the budget is closed. */
    private static long close(Budget budget, long... blocks) {
        for (long block : blocks) {
            if (block != 0) {
                POOL.freeAddress(block);
            }
        }
        budget.close();
        return budget.statistics().liveBytes();
    }

    /** Two want what is enough for one. */
    @JCStressTest
    @Outcome(id = {"true, false, 0", "false, true, 0"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "beyond the limit, or refused though there is room")
    @State
    public static class RoomForOne {
        private final Budget budget = POOL.openBudget("one", BYTES + BYTES / 2);
        private long first;
        private long second;

        @Actor
        public void first(ZZJ_Result r) {
            first = allocate(budget);
            r.r1 = first != 0;
        }

        @Actor
        public void second(ZZJ_Result r) {
            second = allocate(budget);
            r.r2 = second != 0;
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = close(budget, first, second);
        }
    }

    /** One frees what the other needs. */
    @JCStressTest
    @Outcome(id = {"true, true, 0", "true, false, 0"}, expect = ACCEPTABLE, desc = "in time, or too early")
    @Outcome(expect = FORBIDDEN, desc = "credits were made or lost")
    @State
    public static class FreeAndAllocate {
        private final Budget parent = POOL.openBudget("parent", BYTES);
        private final Budget budget = parent.openBudget("child", 10 * BYTES);
        private final long block = budget.allocateAddress(BYTES);
        private long next;

        @Actor
        public void free(ZZJ_Result r) {
            POOL.freeAddress(block);
            r.r1 = true;
        }

        @Actor
        public void allocate(ZZJ_Result r) {
            next = BudgetStress.allocate(budget);
            r.r2 = next != 0;
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = close(budget, next) + close(parent);
        }
    }
}
