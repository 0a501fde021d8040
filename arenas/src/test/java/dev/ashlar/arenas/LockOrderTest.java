package dev.ashlar.arenas;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import dev.ashlar.MemoryState;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.lock.LockRank;
import dev.ashlar.spill.SpillFile;
import dev.ashlar.spill.SpillPin;
import dev.ashlar.spill.Spillable;
import dev.ashlar.spill.Spiller;
import dev.ashlar.testing.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** That a pool obeys {@link LockRank} is asserted in every test; here is what only a test of the order itself would do. */
class LockOrderTest {
    private static MemoryPool pool(String name) {
        return MemoryPool.builder().name(name).capacity(8 << 20).regionSize(1 << 20).arenas(1).build();
    }

    /** A visitor runs with an arena's lock held: of the pool that is walked, and of no other. */
    @Test
    void visitor_ofOnePool_mayUseAnother() {
        try (MemoryPool walked = pool("walked"); MemoryPool other = pool("other")) {
            walked.allocateAddress(100);
            walked.allocateAddress(100_000);
            List<Long> noted = new ArrayList<>();
            // Of the other's arena, and given back at once: a walk shows thousands.
            Runnable use = () -> {
                noted.add(other.allocateAddress(20_000));
                other.freeAddress(noted.getLast());
            };
            walked.walk((address, usableBytes, state) -> use.run());
            assertTrue(noted.size() >= 2);
            int seen = noted.size();
            walked.walkRegions(new RegionVisitor() {
                @Override
                public void region(int number, long address, long tableBytes, RegionState state, int arena) {
                    use.run();
                }

                @Override
                public void block(long address, long usableBytes, MemoryState state) {
                    use.run();
                }

                @Override
                public void piece(long address, long bytes, MemoryState state) {
                    use.run();
                }
            });
            assertTrue(noted.size() > seen + 2);
            assertTrue(LockRank.DEFRAGMENTATION.mayEnter(), "nothing is held");
        }
    }

    /** Without the assertion it would be in the arena twice, in the middle of its own walk. */
    @Test
    void visitor_thatComesBack_isRefused() {
        try (MemoryPool walked = pool("walked")) {
            long block = walked.allocateAddress(100_000);
            AssertionError refused = assertThrows(AssertionError.class,
                    () -> walked.walk((address, usableBytes, state) -> walked.allocateAddress(100_000)));
            assertEquals("arena 0: entered twice (expected: once)", refused.getMessage());
            assertTrue(LockRank.DEFRAGMENTATION.mayEnter(), "nothing is held");
            walked.freeAddress(block);
            walked.validateQuiet();
        }
    }

    /** A callback frees what it likes: no lock of the pool is held. */
    @Test
    void pressureCallback_hasNoLockOfThePool() {
        try (MemoryPool pool = pool("pressed")) {
            List<Long> live = new ArrayList<>();
            boolean[] free = {false};
            Registration called = pool.onPressure(0, bytes -> {
                free[0] = LockRank.DEFRAGMENTATION.mayEnter();
                live.forEach(pool::freeAddress);
                live.clear();
            });
            while (!free[0]) {
                live.add(pool.allocateAddress(500_000));
            }
            live.forEach(pool::freeAddress);
            called.close();
        }
    }

    /** A request for a spillable block that comes back has that block locked: what a callback does with others is not in its order. */
    @Test
    void pressureCallback_forASpillableBlock_mayUnpinAnother(@TempDir Path folder) throws IOException {
        try (MemoryPool pool = pool("spilling"); SpillFile file = SpillFile.builder(folder.resolve("spill")).build();
                Spiller spiller = Spiller.register(pool, file, 0)) {
            Spillable back = spiller.allocate(3 << 20);
            Spillable other = spiller.allocate(3 << 20);
            SpillPin first = other.pin();
            // Goes to disk, as the first is pinned.
            Spillable third = spiller.allocate(3 << 20);
            assertTrue(back.isSpilled());
            SpillPin second = third.pin();
            int[] calls = {0};
            Registration called = pool.onPressure(1, bytes -> {
                if (calls[0]++ == 0) {
                    first.close();
                }
            });
            SpillPin again = back.pin();
            assertTrue(other.isSpilled());
            again.close();
            called.close();
            assertEquals(1, calls[0]);
            second.close();
            assertTrue(LockRank.SPILLABLE.mayEnter(), "nothing is held");
        }
    }

    /** What the parent refuses is described with figures of the pool, which are counted under the pool's locks. */
    @Test
    void reserve_refusedByTheParent_asksThePoolWithNoBudgetLocked() throws InterruptedException {
        try (MemoryPool pool = pool("refusing"); Budget parent = pool.openBudget("parent", 1000)) {
            try (Budget child = parent.openBudget("child", 5000)) {
                assertThrows(PoolExhaustedException.class, () -> child.reserve(2000));
                assertEquals(0, child.reservation());
                child.reserve(1000);
                assertEquals(1000, child.reservation());
                child.reserve(0);
            }
            assertTrue(LockRank.DEFRAGMENTATION.mayEnter(), "nothing is held");
        }
    }

    /** A pool as it is used, in a virtual machine with assertions or without. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            MemoryPool pool = pool("child");
            CountDownLatch done = new CountDownLatch(2);
            Thread.ofPlatform().start(() -> use(pool, done));
            Thread.ofVirtual().start(() -> use(pool, done));
            done.await();
            pool.movable().free(pool.movable().allocate(10_000));
            pool.movable().compact();
            pool.defragment().join();
            pool.statistics();
            pool.close();
            System.out.println("done");
        }

        private static void use(MemoryPool pool, CountDownLatch done) {
            try (Budget budget = pool.openBudget("some", 1 << 20)) {
                pool.freeAddress(pool.allocateAddress(100));
                budget.freeAddress(budget.allocateAddress(100_000));
            }
            done.countDown();
        }
    }

    @Test
    void withoutAssertions_ranksAreNotLoaded() {
        String rank = "dev.ashlar.lock.LockRank ";
        List<String> arguments = List.of("-Xlog:class+load", "--enable-native-access=ALL-UNNAMED");
        ChildJvm.Result without = ChildJvm.run(Child.class, arguments);
        assertEquals(0, without.exitCode(), without.stderr());
        assertTrue(without.stdout().contains("done"), without.stdout());
        assertFalse(without.stdout().contains(rank), () -> without.stdout().lines().filter(each -> each.contains(rank))
                .toList().toString());
        List<String> asserting = new ArrayList<>(arguments);
        asserting.add("-ea");
        ChildJvm.Result with = ChildJvm.run(Child.class, asserting);
        assertEquals(0, with.exitCode(), with.stderr());
        assertTrue(with.stdout().contains("done"), with.stdout());
        assertTrue(with.stdout().contains(rank), "loaded with assertions");
    }
}
