package dev.ashlar.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragSettings;
import dev.ashlar.FitPolicy;
import dev.ashlar.MovableStatistics;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.MovableBlocks;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The worker moves movable blocks together when the policy says so, by a clock that the test sets; and leaves it when that gains nothing. */
@Timeout(120)
class OwnCompactionTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final long SECOND = 1_000_000_000L;
    private static final int REGIONS = 24;
    private static final int BYTES = 4000;

    @BeforeAll
    static void needsPages() {
        try (DefragPool pool = new DefragPool(1, 1, 0)) {
            assumeTrue(pool.os.returnsPages() && pool.resident() >= 0, "pages can be given back and counted");
        }
        System.out.printf("OwnCompactionTest: -Dashlar.seed=%d%n", SEED);
    }

    private static byte mark(long handle) {
        return (byte) (handle * 31 | 1);
    }

    /** So many regions full of movable blocks. */
    private static List<Long> fill(Movables movables, int regions) {
        List<Long> handles = new ArrayList<>();
        long count = regions * DefragPool.REGION / (BYTES + 32);
        for (long i = 0; i < count; i++) {
            long handle = movables.allocate(BYTES);
            Memory.fill(movables.pin(handle), BYTES, mark(handle));
            movables.unpin(handle);
            handles.add(handle);
        }
        return handles;
    }

    private static void checkContents(Movables movables, List<Long> handles) {
        for (long handle : handles) {
            long block = movables.pin(handle);
            for (long i = 0; i < BYTES; i += 99) {
                assertEquals(mark(handle), Memory.getByte(block + i));
            }
            movables.unpin(handle);
        }
    }

    /** Frees all but one in so many, chosen at random; those that stay. */
    private static List<Long> thin(Movables movables, List<Long> handles, int oneIn) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<Long> kept = new ArrayList<>();
        for (long handle : handles) {
            if (random.nextInt(oneIn) == 0) {
                kept.add(handle);
            } else {
                movables.free(handle);
            }
        }
        return kept;
    }

    private static CompactionSettings compaction() {
        return CompactionSettings.ofDefaults().withLeastGain(DefragPool.REGION);
    }

    private static void set(DefragPool pool, CompactionSettings settings) {
        pool.engine.care().defragSettings(DefragSettings.ofDefaults().withCompaction(settings));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sparseRegions_areEmptiedByTheWorker(boolean hardened) {
        try (DefragPool pool = new DefragPool(REGIONS, 2, 0, FitPolicy.SEGREGATED_FIT, hardened)) {
            set(pool, compaction());
            Movables movables = pool.engine.movables();
            List<Long> kept = thin(movables, fill(movables, 20), 10);
            long resident = pool.resident();
            pool.engine.care().maintain();
            MovableStatistics now = movables.statistics();
            assertEquals(1, now.ownCompactions());
            assertEquals(0, now.vainCompactions());
            assertEquals(1, now.compactions());
            assertTrue(now.regions() <= 3, () -> "regions: " + now);
            assertEquals(now.movedBytes(), pool.statistics().defragmentation().movedBytes());
            assertTrue(now.movedBytes() > 0);
            assertTrue(pool.statistics().defragmentation().releasedBytes() >= 16 * DefragPool.REGION);
            long least = 15 * DefragPool.REGION;
            assertTrue(resident - pool.resident() >= least, () -> "resident: " + resident + ", " + pool.resident());
            pool.engine.view().validate(true);
            checkContents(movables, kept);
            kept.forEach(movables::free);
        }
    }

    /** What is packed has nothing to gain: nothing is tried again, whatever the time. */
    @Test
    void packedRegions_areLeftAlone() {
        try (DefragPool pool = new DefragPool(REGIONS, 2, 0)) {
            set(pool, compaction().withBackOff(Duration.ZERO, Duration.ZERO));
            Movables movables = pool.engine.movables();
            List<Long> kept = thin(movables, fill(movables, 20), 2);
            pool.engine.care().maintain();
            MovableStatistics first = movables.statistics();
            assertEquals(1, first.ownCompactions());
            for (int i = 0; i < 1000; i++) {
                pool.clock.addAndGet(SECOND);
                pool.engine.care().maintain();
            }
            assertEquals(1, movables.statistics().ownCompactions());
            assertEquals(first.movedBytes(), movables.statistics().movedBytes());
            checkContents(movables, kept);
            kept.forEach(movables::free);
        }
    }

    /** A pin in each region: passes are made in vain, at doubling intervals up to the bound; until pins go. */
    @Test
    void pinnedRegions_areTriedLessAndLess_andAgainWhenPinsGo() {
        try (DefragPool pool = new DefragPool(REGIONS, 2, 0)) {
            set(pool, compaction());
            Movables movables = pool.engine.movables();
            List<Long> kept = thin(movables, fill(movables, 20), 10);
            List<Long> pinned = pinOneInEachRegion(movables, kept);
            List<Long> moments = new ArrayList<>();
            long began = pool.clock.get();
            long passes = 0;
            for (int second = 0; second < 3600; second++) {
                pool.engine.care().maintain();
                if (movables.statistics().ownCompactions() > passes) {
                    passes++;
                    moments.add((pool.clock.get() - began) / SECOND);
                }
                pool.clock.addAndGet(SECOND);
            }
            // The first purges, so the wait doubles from the second on.
            assertEquals(List.of(0L, 10L, 30L, 70L, 150L, 310L, 630L, 1230L, 1830L, 2430L, 3030L), moments);
            assertEquals(passes - 1, movables.statistics().vainCompactions());
            assertEquals(0, movables.statistics().movedBytes());
            for (int i = 0; i < pinned.size(); i++) {
                if (i % 2 == 0) {
                    movables.unpin(pinned.get(i));
                }
            }
            pool.engine.care().maintain();
            assertEquals(passes + 1, movables.statistics().ownCompactions());
            assertTrue(movables.statistics().releasedRegions() >= 8, () -> movables.statistics().toString());
            pool.engine.view().validate(true);
            for (int i = 1; i < pinned.size(); i += 2) {
                movables.unpin(pinned.get(i));
            }
            checkContents(movables, kept);
            kept.forEach(movables::free);
        }
    }

    private static List<Long> pinOneInEachRegion(Movables movables, List<Long> handles) {
        List<Long> pinned = new ArrayList<>();
        long last = 0;
        for (long handle : handles) {
            long region = movables.pin(handle) / DefragPool.REGION;
            if (region == last) {
                movables.unpin(handle);
            } else {
                pinned.add(handle);
                last = region;
            }
        }
        return pinned;
    }

    /** A bounded pass, one a look, until all is done; then none. */
    @Test
    void passBytes_boundAPass_andTheNextLookGoesOn() {
        try (DefragPool pool = new DefragPool(REGIONS, 2, 0)) {
            set(pool, compaction().withPassBytes(1));
            Movables movables = pool.engine.movables();
            List<Long> kept = thin(movables, fill(movables, 20), 4);
            long moved = 0;
            int looks = 0;
            do {
                moved = movables.statistics().movedBytes();
                pool.engine.care().maintain();
                long more = movables.statistics().movedBytes() - moved;
                assertTrue(more <= DefragPool.REGION, () -> "moved in one pass: " + more);
                looks++;
            } while (movables.statistics().movedBytes() > moved);
            assertTrue(looks > 2, "looks: " + looks);
            assertTrue(movables.statistics().freeBytes() < 12 * DefragPool.REGION,
                    () -> movables.statistics().toString());
            pool.engine.view().validate(true);
            checkContents(movables, kept);
            kept.forEach(movables::free);
        }
    }

    @Test
    void settings_changeWhileLive() {
        try (DefragPool pool = new DefragPool(REGIONS, 2, 0)) {
            set(pool, CompactionSettings.never());
            Movables movables = pool.engine.movables();
            List<Long> kept = thin(movables, fill(movables, 20), 10);
            for (int i = 0; i < 100; i++) {
                pool.clock.addAndGet(SECOND);
                pool.engine.care().maintain();
            }
            assertEquals(0, movables.statistics().compactions());
            set(pool, compaction().withUnusedShare(0.99).withFragmentation(0.5));
            pool.engine.care().maintain();
            assertEquals(1, movables.statistics().ownCompactions());
            checkContents(movables, kept);
            kept.forEach(movables::free);
        }
    }

    /** Damage is found by a pass once; the arena is fenced from then on, and no pass tries again. */
    @Test
    void damage_isReportedOnceAndNotTriedAgain() {
        DefragPool pool = new DefragPool(REGIONS, 2, 0);
        set(pool, compaction());
        Movables movables = pool.engine.movables();
        List<Long> kept = thin(movables, fill(movables, 20), 10);
        for (long handle : kept) {
            Memory.putLong(movables.pin(handle) + BlockLayout.payloadBytes(BlockLayout.unitsFor(BYTES + 8)) - 8, 42);
            movables.unpin(handle);
        }
        for (int i = 0; i < 1000; i++) {
            pool.engine.care().maintain();
            pool.clock.addAndGet(SECOND);
        }
        assertEquals(1, movables.statistics().ownCompactions());
        assertEquals(1, movables.statistics().vainCompactions());
        assertEquals(1, pool.statistics().defragmentation().failures());
        assertThrows(RuntimeException.class, () -> pool.engine.view().validate(true));
        pool.engine.close();
    }

    /** No step by hand: the pool's own thread does it. */
    @Test
    void workerOfAPool_compactsByItself() {
        try (MemoryPool pool = MemoryPool.builder()
                .name("own")
                .capacity(REGIONS * DefragPool.REGION)
                .regionSize(DefragPool.REGION)
                .retained(0)
                .reclaimPeriod(Duration.ofMillis(1))
                .defragmentation(DefragSettings.ofDefaults().withCompaction(compaction()))
                .build()) {
            MovableBlocks movable = pool.movable();
            List<Long> handles = new ArrayList<>();
            for (int i = 0; i < 20 * DefragPool.REGION / (BYTES + 32); i++) {
                handles.add(movable.allocate(BYTES));
            }
            for (int i = 0; i < handles.size(); i++) {
                if (i % 10 != 0) {
                    movable.free(handles.get(i));
                }
            }
            while (movable.statistics().ownCompactions() == 0) {
                Thread.onSpinWait();
            }
            assertTrue(movable.statistics().movedBlocks() > 0);
            for (int i = 0; i < handles.size(); i += 10) {
                movable.free(handles.get(i));
            }
        }
    }
}
