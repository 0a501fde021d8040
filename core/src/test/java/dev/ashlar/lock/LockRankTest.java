package dev.ashlar.lock;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.testing.ChildJvm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LockRankTest {
    /** Every test leaves what it entered, or the next one that this thread runs would begin with it. */
    @AfterEach
    void nothingIsHeld() {
        assertEquals("none", LockRank.held());
    }

    private static void refused(String message, Runnable action) {
        assertEquals(message, assertThrows(AssertionError.class, action::run).getMessage());
    }

    @Test
    void enter_inOrder_passes() {
        for (LockRank rank : LockRank.values()) {
            assertTrue(rank.enter());
        }
        for (LockRank rank : LockRank.values()) {
            assertTrue(rank.leave());
        }
    }

    @Test
    void enter_above_isRefusedWithBothAndWhatIsHeld() {
        LockRank.MAINTENANCE.enter();
        LockRank.REGIONS.enter();
        refused("lock ARENA: wanted with REGIONS held (expected: nothing from ARENA on; held, in order: MAINTENANCE, REGIONS)",
                LockRank.ARENA::enter);
        refused("lock ARENA: wanted with REGIONS held (expected: nothing from ARENA on; held, in order: MAINTENANCE, REGIONS)",
                LockRank.ARENA::mayEnter);
        // Nothing was noted.
        assertEquals("MAINTENANCE, REGIONS", LockRank.held());
        LockRank.REGIONS.leave();
        LockRank.ARENA.enter();
        LockRank.ARENA.leave();
        LockRank.MAINTENANCE.leave();
    }

    @Test
    void enter_twice_isRefused() {
        LockRank.ARENA.enter();
        refused("lock ARENA: wanted with ARENA held (expected: nothing from ARENA on; held, in order: ARENA)",
                LockRank.ARENA::enter);
        LockRank.ARENA.leave();
    }

    @ParameterizedTest
    @EnumSource(names = {"MAINTENANCE", "OBSERVATION", "BUDGET", "REGIONS"})
    void enter_twiceWhatMayBe_passesAndIsLeftAsOften(LockRank rank) {
        rank.enter();
        rank.enter();
        rank.leave();
        LockRank below = LockRank.PROCESS;
        below.enter();
        refused("lock %s: wanted with PROCESS held (expected: nothing from %s on but itself; held, in order: %s, PROCESS)"
                .formatted(rank, rank, rank), rank::enter);
        below.leave();
        rank.leave();
    }

    @Test
    void leave_notEntered_isRefused() {
        LockRank.PASSES.enter();
        refused("lock ARENA: left (expected: entered before; held, in order: PASSES)", LockRank.ARENA::leave);
        LockRank.PASSES.leave();
        refused("lock PASSES: left (expected: entered before; held, in order: none)", LockRank.PASSES::leave);
    }

    @Test
    void leave_inAnyOrder_takesOutThatOne() {
        LockRank.SPILLER.enter();
        LockRank.PASSES.enter();
        LockRank.SPILLER.leave();
        assertEquals("PASSES", LockRank.held());
        refused("lock CLOSE: wanted with PASSES held (expected: nothing from CLOSE on; held, in order: PASSES)",
                LockRank.CLOSE::enter);
        LockRank.PASSES.leave();
    }

    /** As code does it: whatever is thrown inside, the lock and its rank are free. */
    @Test
    void leave_afterAnException_leavesNothingBehind() {
        ReentrantLock lock = new ReentrantLock();
        assertThrows(IllegalStateException.class, () -> {
            assert LockRank.PASSES.enter();
            lock.lock();
            try {
                throw new IllegalStateException("in the middle");
            } finally {
                lock.unlock();
                assert LockRank.PASSES.leave();
            }
        });
        assertEquals("none", LockRank.held());
        assertFalse(lock.isLocked());
        LockRank.PASSES.enter();
        LockRank.PASSES.leave();
    }

    @Test
    void tried_outOfOrder_passes_andCountsForWhatIsTakenInside() {
        LockRank.SPILLER.enter();
        LockRank.SPILLABLE.tried();
        LockRank.SPILLER.leave();
        refused("lock SPILLABLE: wanted with SPILLABLE held (expected: nothing from SPILLABLE on; held, in order: SPILLABLE)",
                LockRank.SPILLABLE::enter);
        LockRank.SPILLABLE.tried();
        LockRank.SPILLABLE.leave();
        LockRank.SPILLABLE.leave();
    }

    @Test
    void setAside_beginsAnew_untilTakenUp() {
        LockRank.REGIONS.enter();
        LockRank.setAside();
        LockRank.ARENA.enter();
        refused("lock REGIONS: left (expected: entered before; held, in order: REGIONS, set aside, ARENA)",
                LockRank.REGIONS::leave);
        refused("locks: taken up (expected: all left since they were set aside; held, in order: REGIONS, set aside, ARENA)",
                LockRank::takeUp);
        LockRank.ARENA.leave();
        LockRank.takeUp();
        refused("lock ARENA: wanted with REGIONS held (expected: nothing from ARENA on; held, in order: REGIONS)",
                LockRank.ARENA::enter);
        LockRank.REGIONS.leave();
    }

    @Test
    void takeUp_nothingSetAside_isRefused() {
        refused("locks: taken up (expected: all left since they were set aside; held, in order: none)",
                LockRank::takeUp);
    }

    /** Against a list: whatever is entered, left and tried, a rank is refused exactly if one at or below it is there. */
    @Test
    void randomSteps_areRefusedAsAModelSays() {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.println("randomSteps_areRefusedAsAModelSays: -Dashlar.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<LockRank> repeating =
                List.of(LockRank.MAINTENANCE, LockRank.OBSERVATION, LockRank.BUDGET, LockRank.REGIONS);
        LockRank[] all = LockRank.values();
        List<LockRank> held = new ArrayList<>();
        int refused = 0;
        for (int step = 0; step < 20_000; step++) {
            LockRank rank = all[random.nextInt(all.length)];
            boolean free = held.stream().allMatch(
                    each -> each.compareTo(rank) < 0 || (each == rank && repeating.contains(rank)));
            switch (random.nextInt(held.size() > 20 ? 1 : 4)) {
                case 0 -> {
                    if (!held.isEmpty()) {
                        LockRank last = held.remove(random.nextInt(held.size()));
                        last.leave();
                    }
                }
                case 1 -> {
                    rank.tried();
                    held.add(rank);
                }
                default -> {
                    if (free) {
                        rank.enter();
                        held.add(rank);
                    } else {
                        assertThrows(AssertionError.class, rank::enter);
                        refused++;
                    }
                }
            }
            if (step % 100 == 99) {
                held.forEach(LockRank::leave);
                held.clear();
            }
        }
        held.forEach(LockRank::leave);
        assertTrue(refused > 1000, "refused: " + refused);
    }

    /** What one thread has is none of another's, wherever it is carried meanwhile. */
    @Test
    void virtualThreads_haveEachTheirOwn() throws InterruptedException, ExecutionException {
        int count = 1000;
        CountDownLatch inside = new CountDownLatch(count);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> found = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                LockRank own = i % 2 == 0 ? LockRank.ARENA : LockRank.REGIONS;
                found.add(threads.submit(() -> {
                    own.enter();
                    inside.countDown();
                    // Parks, so that it goes on on any carrier, when all others have entered, too.
                    inside.await();
                    String held = LockRank.held();
                    own.leave();
                    return held + ", then " + LockRank.held();
                }));
            }
            for (int i = 0; i < count; i++) {
                assertEquals((i % 2 == 0 ? "ARENA" : "REGIONS") + ", then none", found.get(i).get());
            }
        }
    }

    /** A lock as Ashlar has them, in a virtual machine with assertions or without. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            assert LockRank.ARENA.enter();
            assert LockRank.ARENA.leave();
            System.out.println("done");
        }
    }

    /** Without assertions the class is not even loaded. */
    @Test
    void withoutAssertions_nothingIsInitialised() {
        ChildJvm.Result with = ChildJvm.run(Child.class, List.of("-ea", "-Xlog:class+load"));
        assertEquals(0, with.exitCode(), with.stderr());
        assertTrue(with.stdout().contains("dev.ashlar.lock.LockRank "), with.stdout());
        ChildJvm.Result without = ChildJvm.run(Child.class, List.of("-Xlog:class+load"));
        assertEquals(0, without.exitCode(), without.stderr());
        assertTrue(without.stdout().contains("done"), without.stdout());
        assertFalse(without.stdout().contains("dev.ashlar.lock.LockRank "), without.stdout());
    }
}
