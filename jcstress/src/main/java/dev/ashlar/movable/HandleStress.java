package dev.ashlar.movable;

import dev.ashlar.InvalidFreeException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.JZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * A block is moved while others pin, unpin and free it. Its memory is a plain array here: what is written under a pin must be there wherever the block is
 * afterwards, and whoever has a pin finds the block where the pin said.
 */
public final class HandleStress {
    /** One for all states: a chunk of entries for each would cost more than what is tested. */
    private static final HandleTable TABLE = new HandleTable("jcstress", 0, 1);

    private static final long FROM = 16;
    private static final long TO = 32;
    private static final long GONE = 0;

    private HandleStress() {}

    /** A live block at FROM that says 1. */
    public static class Block {
        final long handle = TABLE.reserve(8);
        final long[] memory = new long[(int) TO + 1];

        Block() {
            memory[(int) FROM] = 1;
            TABLE.publish(handle, FROM);
        }

        /** What the compactor does, without the lock that nobody else here wants. */
        boolean tryMove() {
            if (!TABLE.beginMove(handle, FROM)) {
                return false;
            }
            memory[(int) TO] = memory[(int) FROM];
            return TABLE.endMove(handle, FROM, TO);
        }

        long tryFree() {
            try {
                return TABLE.beginFree(handle);
            } catch (InvalidFreeException | IllegalStateException e) {
                return GONE;
            }
        }

        /** What the block says, where it is; and the entry may be used again. */
        long end() {
            long value = memory[(int) TABLE.pin(handle)];
            TABLE.unpin(handle);
            TABLE.beginFree(handle);
            TABLE.release(handle);
            return value;
        }
    }

    /** A write under a pin is neither lost nor made to what was left. */
    @JCStressTest
    @Outcome(id = {"16, false, 2", "16, true, 2", "32, true, 2"}, expect = ACCEPTABLE,
            desc = "one after the other, or not moved")
    @Outcome(expect = FORBIDDEN, desc = "a write is lost")
    @State
    public static class PinAndMove extends Block {
        @Actor
        public void pin(JZJ_Result r) {
            long address = TABLE.pin(handle);
            memory[(int) address] = 2;
            TABLE.unpin(handle);
            r.r1 = address;
        }

        @Actor
        public void move(JZJ_Result r) {
            r.r2 = tryMove();
        }

        @Arbiter
        public void after(JZJ_Result r) {
            r.r3 = end();
        }
    }

    /** What is pinned all the time stays. */
    @JCStressTest
    @Outcome(id = {"16, false, 16", "32, true, 32"}, expect = ACCEPTABLE, desc = "pinned before, or after")
    @Outcome(expect = FORBIDDEN, desc = "moved while pinned")
    @State
    public static class KeepPinned extends Block {
        @Actor
        public void pin(JZJ_Result r) {
            r.r1 = TABLE.pin(handle);
        }

        @Actor
        public void move(JZJ_Result r) {
            r.r2 = tryMove();
        }

        @Arbiter
        public void after(JZJ_Result r) {
            r.r3 = TABLE.pin(handle);
            TABLE.unpin(handle);
            TABLE.unpin(handle);
            end();
        }
    }

    /** What was written before the unpin moves along. */
    @JCStressTest
    @Outcome(id = {"0, false, 2", "0, true, 2"}, expect = ACCEPTABLE, desc = "moved with what was written, or not")
    @Outcome(expect = FORBIDDEN, desc = "a write is lost")
    @State
    public static class UnpinAndMove extends Block {
        /** Pinned. */
        public UnpinAndMove() {
            TABLE.pin(handle);
        }

        @Actor
        public void unpin() {
            memory[(int) FROM] = 2;
            TABLE.unpin(handle);
        }

        @Actor
        public void move(JZJ_Result r) {
            r.r2 = tryMove();
        }

        @Arbiter
        public void after(JZJ_Result r) {
            r.r3 = end();
        }
    }

    /** Who frees is told where the block is, and the other that nothing was moved if it was before. */
    @JCStressTest
    @Outcome(id = {"16, false, 0", "32, true, 0"}, expect = ACCEPTABLE, desc = "freed where it was, or is")
    @Outcome(expect = FORBIDDEN, desc = "freed and moved")
    @State
    public static class FreeAndMove extends Block {
        @Actor
        public void free(JZJ_Result r) {
            r.r1 = tryFree();
        }

        @Actor
        public void move(JZJ_Result r) {
            r.r2 = tryMove();
        }

        @Arbiter
        public void after(JZJ_Result r) {
            TABLE.release(handle);
        }
    }

    /** What is pinned is not freed, what is freed is not pinned. */
    @JCStressTest
    @Outcome(id = {"16, 0, 0", "0, 16, 0"}, expect = ACCEPTABLE, desc = "one of them")
    @Outcome(expect = FORBIDDEN, desc = "freed while pinned, or neither")
    @State
    public static class PinAndFree extends Block {
        @Actor
        public void pin(JJJ_Result r) {
            try {
                r.r1 = TABLE.pin(handle);
            } catch (InvalidFreeException e) {
                r.r1 = GONE;
            }
        }

        @Actor
        public void free(JJJ_Result r) {
            r.r2 = tryFree();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            if (r.r2 == GONE) {
                TABLE.unpin(handle);
                end();
            } else {
                TABLE.release(handle);
            }
        }
    }

    /** Of two that free a block one does. */
    @JCStressTest
    @Outcome(id = {"16, 0, 0", "0, 16, 0"}, expect = ACCEPTABLE, desc = "one of them")
    @Outcome(expect = FORBIDDEN, desc = "both, or neither")
    @State
    public static class TwoFrees extends Block {
        @Actor
        public void one(JJJ_Result r) {
            r.r1 = tryFree();
        }

        @Actor
        public void other(JJJ_Result r) {
            r.r2 = tryFree();
        }

        @Arbiter
        public void after(JJJ_Result r) {
            TABLE.release(handle);
        }
    }
}
