package dev.ashlar.cache;

import java.util.List;

import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The table from threads to caches: found, made, closed and reaped at once. */
public final class CacheTableStress {
    static final Reservation RANGE = OsMemory.posix().reserve("jcstress", 1 << 20, 1 << 20);
    static final Geometry GEOMETRY = new Geometry(RANGE.address(), 20, 1);
    private static final int CLASS = 2;

    static {
        // Cells' headers are written to its first pages.
        OsMemory.posix().commit(RANGE.address(), RANGE.byteSize());
    }

    private CacheTableStress() {}

    static CoreCache newCache(long owner) {
        CoreCache cache =
                new CoreCache(owner, GEOMETRY, new CacheBudget(1 << 20, 1 << 20), 0, true, RANGE.newHold());
        RANGE.forget(cache.hold());
        return cache;
    }

    private static CacheTable newTable() {
        return new CacheTable(thread -> newCache(thread.threadId()));
    }

    /** A thread fills its cache and ends; another takes its cache over: all of it or not yet, nothing in between. */
    @JCStressTest
    @Outcome(id = {"-1, 5", "5, -1"}, expect = ACCEPTABLE, desc = "taken over once, with all its cells")
    @Outcome(expect = FORBIDDEN, desc = "taken from a living thread, twice, or never")
    @State
    public static class ThreadExit {
        private final CacheTable table = newTable();

        private void fill() {
            CoreCache cache = table.attach();
            cache.grow(CLASS, false);
            for (int i = 1; i <= 5; i++) {
                cache.push(CLASS, GEOMETRY.base() + 64L * i);
            }
        }

        private int reaped() {
            List<CoreCache> ended = table.reap();
            return ended.isEmpty() ? -1 : ended.size() == 1 ? ended.getFirst().cells(CLASS) : -2;
        }

        @Actor
        public void live() {
            Thread thread = new Thread(this::fill);
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Actor
        public void reap(II_Result r) {
            int found = -1;
            for (int i = 0; i < 2_000 && found == -1; i++) {
                found = reaped();
                Thread.onSpinWait();
            }
            r.r1 = found;
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = reaped();
        }
    }

    /** Two threads get their caches at once: each its own, and one only. */
    @JCStressTest
    @Outcome(id = "true, true, 2", expect = ACCEPTABLE, desc = "each has one cache")
    @Outcome(expect = FORBIDDEN, desc = "another's cache, or a second one")
    @State
    public static class AttachAndAttach {
        private final CacheTable table = newTable();

        private boolean attachesOne() {
            long id = Thread.currentThread().threadId();
            CoreCache own = table.attach();
            boolean same = own.ownerId() == id;
            for (int i = 0; i < 20; i++) {
                CoreCache found = table.current();
                same &= found == own || found == CoreCache.NONE;
                same &= table.attach() == own;
            }
            return same;
        }

        @Actor
        public void one(ZZI_Result r) {
            r.r1 = attachesOne();
        }

        @Actor
        public void other(ZZI_Result r) {
            r.r2 = attachesOne();
        }

        @Arbiter
        public void after(ZZI_Result r) {
            r.r3 = table.count();
        }
    }

    /** A thread wants a cache while the table is closed: after that nobody finds one. */
    @JCStressTest
    @Outcome(id = {"true, true, true", "true, false, true", "false, false, true"},
            expect = ACCEPTABLE, desc = "found until it was closed")
    @Outcome(expect = FORBIDDEN, desc = "a cache was found after the table was closed")
    @State
    public static class AttachAndClose {
        private final CacheTable table = newTable();

        @Actor
        public void attach(ZZZ_Result r) {
            r.r1 = table.attach() != CoreCache.NONE;
            r.r2 = table.attach() != CoreCache.NONE;
        }

        @Actor
        public void close() {
            table.close();
        }

        @Arbiter
        public void after(ZZZ_Result r) {
            r.r3 = table.attach() == CoreCache.NONE;
        }
    }
}
