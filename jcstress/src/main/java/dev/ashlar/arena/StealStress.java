package dev.ashlar.arena;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.block.Geometry;
import dev.ashlar.cache.CacheBudget;
import dev.ashlar.cache.CoreCache;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Several threads want what one arena has: each cell, block and region goes to one of them. */
public final class StealStress {
    private StealStress() {}

    /** Two thieves, one victim, one cell. */
    @JCStressTest
    @Outcome(id = {"true, false, 7", "false, true, 7"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
    @State
    public static class OneCell {
        private final SmallArenas arenas = new SmallArenas();

        /** The victim has one cell. */
        public OneCell() {
            SmallArenas.leaveCells(arenas.first, 1);
        }

        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = SmallArenas.serveCell(arenas.first) != 0;
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = SmallArenas.serveCell(arenas.first) != 0;
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = arenas.close();
        }
    }

    /** The owner refills its cache while a thief takes one: two cells, and the owner wants both. */
    @JCStressTest
    @Outcome(id = "2, 0, 7", expect = ACCEPTABLE, desc = "the owner was first")
    @Outcome(id = "1, 1, 7", expect = ACCEPTABLE, desc = "the thief was first")
    @Outcome(expect = FORBIDDEN, desc = "a cell was lost, or given to both")
    @State
    public static class OwnerAndThief {
        private static final CacheBudget UNLIMITED = new CacheBudget(1L << 40, 1L << 60);
        private static final Reservation HOLDS = OsMemory.posix().reserve("holds", 1 << 16, 1 << 12);

        private final SmallArenas arenas = new SmallArenas();
        private final CoreCache cache =
                new CoreCache(1, new Geometry(1 << 20, 20, 1), UNLIMITED, 0, true, HOLDS.newHold());
        private long stolen;
        private long refilled;

        /** The victim has two cells. */
        public OwnerAndThief() {
            HOLDS.forget(cache.hold());
            while (cache.grow(SmallArenas.LARGE_CELLS, false)) {
                // As far as it goes.
            }
            SmallArenas.leaveCells(arenas.first, 2);
        }

        @Actor
        public void refill(JJJ_Result r) {
            refilled = arenas.first.serveCells(
                    SmallArenas.LARGE_CELLS, cache, cache.limit(SmallArenas.LARGE_CELLS), false, true);
            r.r1 = refilled != 0 ? 1 + cache.cells(SmallArenas.LARGE_CELLS) : 0;
        }

        @Actor
        public void steal(JJJ_Result r) {
            stolen = SmallArenas.serveCell(arenas.first);
            r.r2 = stolen == 0 ? 0 : 1;
        }

        @Arbiter
        public void after(JJJ_Result r) {
            for (long cell = cache.allocate(SmallArenas.LARGE_CELLS); cell != 0;
                    cell = cache.allocate(SmallArenas.LARGE_CELLS)) {
                if (cell == stolen || cell == refilled) {
                    r.r2 = -1;
                }
            }
            if (stolen != 0 && stolen == refilled) {
                r.r2 = -1;
            }
            r.r3 = arenas.close();
        }
    }

    /** Two arenas grow, and there is one region. */
    @JCStressTest
    @Outcome(id = {"true, false, 0", "false, true, 0"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
    @State
    public static class OneRegion {
        private final SmallArenas arenas = new SmallArenas();

        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = SmallArenas.wholeRegion(arenas.first, true) != 0;
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = SmallArenas.wholeRegion(arenas.second, true) != 0;
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = arenas.close();
        }
    }

    /** One gives its only region back while the other wants it. */
    @JCStressTest
    @Outcome(id = {"true, true, 0", "true, false, 0"}, expect = ACCEPTABLE, desc = "in time, or too early")
    @Outcome(expect = FORBIDDEN, desc = "lost, or owned by two")
    @State
    public static class RegionHandOver {
        private final SmallArenas arenas = new SmallArenas();
        private final long block = SmallArenas.wholeRegion(arenas.first, true);

        @Actor
        public void free(ZZJ_Result r) {
            r.r1 = arenas.first.blocks().free(block, 0, null) > 0;
        }

        @Actor
        public void grow(ZZJ_Result r) {
            r.r2 = SmallArenas.wholeRegion(arenas.second, true) != 0;
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = arenas.close();
        }
    }

    /** Two threads free the same block: the second finds none. */
    @JCStressTest
    @Outcome(id = {"true, false, 0", "false, true, 0"}, expect = ACCEPTABLE, desc = "one of them frees it")
    @Outcome(expect = FORBIDDEN, desc = "freed twice, or not at all")
    @State
    public static class TwoFreesOfABlock {
        private final SmallArenas arenas = new SmallArenas();
        private final long block = arenas.first.serveBlock(1024, 16, 0, true, true);

        private boolean free() {
            try {
                return arenas.first.blocks().free(block, 0, null) > 0;
            } catch (InvalidFreeException e) {
                return false;
            }
        }

        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = free();
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = free();
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = arenas.close();
        }
    }
}
