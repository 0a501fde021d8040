package dev.ashlar.region;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A limit below the capacity against arenas that grow: it is never exceeded by two of them, and holds for whoever comes after it was set. */
public final class LimitStress {
    private LimitStress() {}

    /** Memory that nobody touches. */
    private static final class NoMemory implements OsMemory {
        @Override
        public String name() {
            return "none";
        }

        @Override
        public int pageSizeBytes() {
            return 4096;
        }

        @Override
        public boolean returnsPages() {
            return false;
        }

        @Override
        public boolean zeroesOnRelease() {
            return false;
        }

        @Override
        public boolean canRescope() {
            return false;
        }

        @Override
        public MemorySegment map(Arena scope, long bytes, long alignment) {
            throw new UnsupportedOperationException("map: not here (expected: never called)");
        }

        @Override
        public void unmap(long address, long bytes) {}

        @Override
        public void commit(long address, long bytes) {}

        @Override
        public void release(long address, long bytes) {}

        @Override
        public void purge(long address, long bytes) {}

        @Override
        public boolean adviseHugePages(long address, long bytes) {
            return false;
        }

        @Override
        public long residentBytes(long address, long bytes) {
            return -1;
        }
    }

    /** Two arenas without a region, and three regions that are nobody's. */
    public static class Grown {
        private static final int COUNT = 3;
        private static final OsMemory OS = new NoMemory();
        private static final Geometry GEOMETRY = new Geometry(1 << 20, 20, COUNT);

        final Regions regions =
                new Regions(OS, GEOMETRY, GEOMETRY.base() + COUNT * GEOMETRY.regionBytes(), 2, false, true);
        final RegionTable first = new RegionTable(regions, GEOMETRY, 0);
        final RegionTable second = new RegionTable(regions, GEOMETRY, 1);

        /** As an arena grows: finds a region, and takes it unless another was faster; then it looks again. */
        static boolean grow(RegionTable arena) {
            for (int region = arena.find(); region != RegionTable.NONE; region = arena.find()) {
                if (arena.acquire(region, 1)) {
                    return true;
                }
            }
            return false;
        }

        long inUse() {
            return (long) COUNT - regions.availableRegions();
        }
    }

    /** Two that have chosen different regions, below a limit of one: each looked before the other took its own. */
    @JCStressTest
    @Outcome(id = {"true, false, 1", "false, true, 1"}, expect = ACCEPTABLE, desc = "one of them has it")
    @Outcome(expect = FORBIDDEN, desc = "above the limit, or refused below it")
    @State
    public static class TwoGrow extends Grown {
        /** One for both. */
        public TwoGrow() {
            regions.limit(1);
        }

        @Actor
        public void one(ZZJ_Result r) {
            r.r1 = first.acquire(0, 1);
        }

        @Actor
        public void other(ZZJ_Result r) {
            r.r2 = second.acquire(2, 1);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = inUse();
        }
    }

    /** The limit is lowered to what is in use while one grows: it grows before that or not at all, and nobody grows after it. */
    @JCStressTest
    @Outcome(id = {"true, false, 2", "false, false, 1"}, expect = ACCEPTABLE, desc = "grown before, or refused")
    @Outcome(expect = FORBIDDEN, desc = "grown when the limit was set")
    @State
    public static class LowerAndGrow extends Grown {
        /** One is in use. */
        public LowerAndGrow() {
            grow(first);
        }

        @Actor
        public void lower(ZZJ_Result r) {
            regions.limit(1);
            r.r2 = grow(first);
        }

        @Actor
        public void grow(ZZJ_Result r) {
            r.r1 = grow(second);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = inUse();
            if (grow(first) || grow(second)) {
                r.r3 = -1;
            }
        }
    }

    /** A region is given back while another arena wants one, at the limit. */
    @JCStressTest
    @Outcome(id = {"true, true, 1", "true, false, 0"}, expect = ACCEPTABLE, desc = "in time, or too early")
    @Outcome(expect = FORBIDDEN, desc = "above the limit, or lost")
    @State
    public static class GiveBackAndGrow extends Grown {
        /** One may be in use, and is. */
        public GiveBackAndGrow() {
            regions.limit(1);
            grow(first);
        }

        @Actor
        public void giveBack(ZZJ_Result r) {
            first.giveBack(0, 1);
            r.r1 = true;
        }

        @Actor
        public void grow(ZZJ_Result r) {
            r.r2 = grow(second);
        }

        @Arbiter
        public void after(ZZJ_Result r) {
            r.r3 = inUse();
        }
    }
}
