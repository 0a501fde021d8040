package dev.ashlar.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import dev.ashlar.BlockState;
import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragReport.End;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStep;
import dev.ashlar.FitPolicy;
import dev.ashlar.FreeSpace;
import dev.ashlar.HeapStatistics;
import dev.ashlar.ReclaimKind;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The fragmenter: all is allocated, some is freed by a pattern, and what a report says is computed anew by a walk before and after, and by what the
 * operating system says is resident. Then decay, by a clock that the test sets.
 */
class DefragmentTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final long SECOND = 1_000_000_000L;

    enum Pattern {
        EVERY_OTHER, RANDOM_90_PERCENT, WAVES
    }

    enum Size {
        CELLS, BLOCKS, MIXED
    }

    @BeforeAll
    static void needsPages() {
        try (DefragPool pool = new DefragPool(1, 1, 0)) {
            assumeTrue(pool.os.returnsPages() && pool.resident() >= 0, "pages can be given back and counted");
        }
        System.out.printf("DefragmentTest: -Dashlar.seed=%d%n", SEED);
    }

    static Stream<Arguments> patterns() {
        return Stream.of(Pattern.values()).flatMap(
                pattern -> Stream.of(Size.values()).map(size -> Arguments.of(pattern, size, FitPolicy.SEGREGATED_FIT)));
    }

    private static long size(Size size, SplittableRandom random) {
        return switch (size) {
            case CELLS -> random.nextLong(4000);
            case BLOCKS -> 8300 + random.nextLong(60_000);
            case MIXED -> random.nextInt(10) < 8 ? random.nextLong(2000) : random.nextLong(200_000);
        };
    }

    private static boolean isFreed(Pattern pattern, int index, int count, SplittableRandom random) {
        return switch (pattern) {
            case EVERY_OTHER -> index % 2 == 0;
            case RANDOM_90_PERCENT -> random.nextInt(10) != 0;
            case WAVES -> index * 10L / count % 2 == 0;
        };
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void fragmenter_report_isWhatAWalkFinds(Pattern pattern, Size size, FitPolicy policy) {
        SplittableRandom random = new SplittableRandom(SEED);
        try (DefragPool pool = new DefragPool(48, 1, 48, policy, false)) {
            List<Long> kept = new ArrayList<>();
            DefragPool.inThread(() -> {
                int count = size == Size.CELLS ? 8000 : 700;
                List<Long> all = pool.fill(count, i -> size(size, random));
                for (int i = 0; i < count; i++) {
                    if (isFreed(pattern, i, count, random)) {
                        pool.engine.free(all.get(i));
                    } else {
                        kept.add(all.get(i));
                    }
                }
            });
            pool.engine.view().validate(true);
            FreeSpace before = pool.walkFree();
            long cached = pool.walkBytes(BlockState.CACHED);
            long resident = pool.resident();
            HeapStatistics figures = pool.statistics().memory();
            DefragReport report = pool.defragment();
            pool.engine.view().validate(true);
            balances(pool);
            assertEquals(End.COMPLETE, report.end(), report::toString);
            assertEquals(List.of(), report.failures());
            assertSpace(before, report.before());
            assertSpace(pool.walkFree(), report.after());
            assertEquals(figures.fragmentation(), report.before().fragmentation(), 1e-9);
            assertEquals(pool.statistics().memory().fragmentation(), report.after().fragmentation(), 1e-9);
            assertEquals(cached, report.bytes(ReclaimKind.RETURNED));
            assertEquals(0, pool.walkBytes(BlockState.CACHED));
            assertEquals(size != Size.BLOCKS, report.bytes(ReclaimKind.RETURNED) > 0);
            assertEquals(0, pool.residentInFree(), "resident in free pages afterwards");
            assertEquals(0, pool.statistics().memory().retainedBytes());
            long given = resident - pool.resident();
            long purged = report.bytes(ReclaimKind.PURGED);
            assertTrue(
                    (purged > 0 || size == Size.CELLS) && given >= purged
                            && given <= purged + report.bytes(ReclaimKind.RELEASED),
                    () -> "given back: " + given + ", " + report);
            assertEquals(
                    figures.committedBytes() - pool.statistics().memory().committedBytes(),
                    report.bytes(ReclaimKind.RELEASED));
            pool.checkContents(kept);
            assertNothingIsLeftToDo(pool);
            kept.forEach(pool.engine::free);
            pool.defragment();
            assertEquals(0, pool.statistics().memory().committedBytes());
            assertTrue(pool.resident() <= 2 << 20, () -> "resident: " + pool.resident());
        }
    }

    private static void assertSpace(FreeSpace walked, FreeSpace reported) {
        assertEquals(walked.blocks(), reported.blocks(), "free blocks");
        assertEquals(walked.bytes(), reported.bytes(), "free bytes");
        // The largest that a walk finds may be a cell, where there is no larger block.
        assertTrue(reported.largestBytes() == walked.largestBytes() || walked.largestBytes() <= 8200, "largest");
    }

    private static void balances(DefragPool pool) {
        HeapStatistics now = pool.statistics().memory();
        assertEquals(
                now.committedBytes(),
                now.liveBytes() + now.pendingBytes() + now.freeBytes() + now.headerBytes() + now.overheadBytes());
    }

    /** Zero is reported when there was nothing to do. */
    private static void assertNothingIsLeftToDo(DefragPool pool) {
        DefragReport again = pool.defragment();
        assertEquals(0, again.reclaimedBytes(), again::toString);
        assertEquals(again.before(), again.after());
    }

    /** Each step by itself, through limits of bytes: after each the validator's equation holds. */
    @Test
    void byteLimit_cutsShort_andTheNextRunGoesOn() {
        try (DefragPool pool = new DefragPool(32, 2, 32)) {
            List<Long> blocks = pool.fill(1200, i -> 200 + i % 9 * 5000L);
            blocks.forEach(pool.engine::free);
            long before = pool.resident();
            int cut = 0;
            DefragReport report = pool.defragment(DefragOptions.all().upTo(50_000));
            while (report.isCutShort()) {
                assertEquals(End.BYTE_LIMIT, report.end());
                assertTrue(report.reclaimedBytes() >= 50_000);
                pool.engine.view().validate(true);
                balances(pool);
                cut++;
                report = pool.defragment(DefragOptions.all().upTo(50_000));
            }
            assertTrue(cut >= 5, "cut short: " + cut);
            assertTrue(before > 20 << 20 && pool.resident() == 0, () -> "resident: " + pool.resident());
        }
    }

    @Test
    void timeLimit_endsTheRun() {
        try (DefragPool pool = new DefragPool(32, 1, 32)) {
            pool.fill(100, i -> 100_000).forEach(pool.engine::free);
            // A region goes in six calls: four quarters, and its slices of two tables.
            pool.hooks.beforePurge(() -> pool.clock.addAndGet(SECOND));
            DefragReport report = pool.defragment(DefragOptions.all().within(Duration.ofSeconds(6)));
            assertEquals(End.TIME_LIMIT, report.end());
            assertEquals(6 * SECOND, report.durationNanos());
            assertTrue(report.reclaimedBytes() > 0);
            assertFalse(pool.defragment().isCutShort());
        }
    }

    @Test
    void oneArena_leavesTheOthersBlocksAlone() {
        try (DefragPool pool = new DefragPool(8, 2, 0)) {
            DefragReport report = pool.defragment(DefragOptions.all().ofArena(1));
            assertEquals(List.of(1), report.arenas().stream().map(DefragReport.ArenaRow::number).toList());
        }
    }

    /** Cells stay in their empty slabs, whatever else is due; what is free as it is goes. */
    @Test
    void onlySomeSteps_leavesTheOthersUndone() {
        try (DefragPool pool = new DefragPool(32, 1, 32)) {
            pool.fill(100, i -> 100_000).forEach(pool.engine::free);
            pool.fill(2000, i -> 100).forEach(pool.engine::free);
            DefragOptions options = DefragOptions.all().only(Set.of(DefragStep.PURGE, DefragStep.RELEASE));
            DefragReport report = pool.defragment(options);
            assertEquals(List.of(DefragStep.PURGE, DefragStep.RELEASE), report.steps());
            assertEquals(0, report.bytes(ReclaimKind.COALESCED));
            assertTrue(report.bytes(ReclaimKind.PURGED) + report.bytes(ReclaimKind.RELEASED) > 0, report::toString);
            assertTrue(pool.defragment().bytes(ReclaimKind.COALESCED) > 0, "empty slabs that were left");
        }
    }

    @Test
    void noStep_isIllegal() {
        Set<DefragStep> none = Set.of();
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> DefragOptions.all().only(none));
        assertEquals("steps: none (expected: one or more)", e.getMessage());
    }

    // Decay

    /** What is dirty falls along the curve, and is gone at its end; regions go last, as each goes as a whole. */
    @Test
    void decay_byTheClock_givesPagesBackAlongTheCurve() {
        try (DefragPool pool = new DefragPool(64, 1, 64)) {
            List<Long> kept = new ArrayList<>();
            List<Long> freed = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                freed.addAll(pool.fill(1, n -> 700_000));
                kept.addAll(pool.fill(1, n -> 200_000));
            }
            pool.engine.care().maintain();
            freed.forEach(pool.engine::free);
            pool.engine.care().maintain();
            long all = pool.statistics().defragmentation().dirtyBytes();
            assertTrue(all >= 40 * 600_000, () -> "dirty: " + all);
            long residentBefore = pool.resident();
            long previous = all;
            for (int percent = 10; percent <= 100; percent += 10) {
                pool.clock.addAndGet(SECOND);
                pool.engine.care().maintain();
                long dirty = pool.statistics().defragmentation().dirtyBytes();
                double x = 1 - percent / 100.0;
                double share = x * x * x * (x * (x * 6 - 15) + 10);
                assertEquals(share, (double) dirty / all, 0.02, "dirty after " + percent + " %");
                assertTrue(dirty <= previous);
                previous = dirty;
                pool.engine.view().validate(true);
            }
            assertEquals(0, pool.statistics().defragmentation().dirtyBytes());
            assertEquals(all, pool.statistics().defragmentation().purgedBytes());
            assertTrue(Math.abs(all - (residentBefore - pool.resident())) <= 4096, "what was dirty is what went");
            pool.checkContents(kept);
            kept.forEach(pool.engine::free);
            pool.engine.care().maintain();
            assertTrue(pool.statistics().memory().retainedBytes() > 0);
            pool.clock.addAndGet(10 * SECOND);
            pool.engine.care().maintain();
            assertEquals(0, pool.statistics().memory().retainedBytes());
            assertTrue(pool.resident() <= 2 << 20, () -> "resident: " + pool.resident());
        }
    }

    @Test
    void decay_ofZeroAndNever() {
        try (DefragPool pool = new DefragPool(8, 1, 8)) {
            List<Long> blocks = pool.fill(8, i -> 300_000);
            pool.engine.care().defragSettings(DefragSettings.ofDefaults().withDecayTime(DefragSettings.NEVER));
            pool.engine.free(blocks.removeFirst());
            pool.clock.addAndGet(1000 * SECOND);
            pool.engine.care().maintain();
            assertTrue(pool.statistics().defragmentation().dirtyBytes() > 0);
            pool.engine.care().defragSettings(DefragSettings.ofDefaults().withDecayTime(Duration.ZERO));
            pool.engine.care().maintain();
            assertEquals(0, pool.statistics().defragmentation().dirtyBytes());
            assertEquals(0, pool.residentInFree());
        }
    }

    /** Pages that are used again are not purged, and their age begins anew. */
    @Test
    void decay_theOldestGoFirst() {
        try (DefragPool pool = new DefragPool(8, 1, 8)) {
            List<Long> blocks = pool.fill(6, i -> 300_000);
            pool.engine.care().maintain();
            pool.engine.free(blocks.get(0));
            pool.engine.care().maintain();
            pool.clock.addAndGet(9 * SECOND);
            pool.engine.care().maintain();
            pool.engine.free(blocks.get(3));
            pool.engine.care().maintain();
            long young = pool.os.residentBytes((blocks.get(3) + 8191) & -4096L, 250_000 & -4096L);
            pool.clock.addAndGet(SECOND);
            pool.engine.care().maintain();
            assertEquals(0, pool.os.residentBytes((blocks.get(0) + 8191) & -4096L, 250_000 & -4096L));
            long stays = pool.os.residentBytes((blocks.get(3) + 8191) & -4096L, 250_000 & -4096L);
            assertTrue(stays <= young && stays > young - young / 20, () -> "stays: " + stays + " of " + young);
        }
    }

    /** Nothing is due: no run, and no lock but for the figures. */
    @Test
    void quietPool_hasNoRuns() {
        try (DefragPool pool = new DefragPool(8, 1, 8)) {
            long block = pool.engine.allocate(100_000);
            for (int i = 0; i < 50; i++) {
                pool.clock.addAndGet(SECOND);
                pool.engine.care().maintain();
            }
            assertEquals(0, pool.statistics().defragmentation().runs());
            pool.engine.free(block);
        }
    }

    /** On its own it merges the slabs that an idle pool keeps, and takes ended threads' caches back. */
    @Test
    void idlePool_isPutTogether() {
        try (DefragPool pool = new DefragPool(8, 1, 8)) {
            DefragPool.inThread(() -> pool.fill(500, i -> 100 + i).forEach(pool.engine::free));
            assertTrue(pool.statistics().cachedBytes() > 0);
            for (int i = 0; i < 3; i++) {
                pool.engine.care().maintain();
                pool.clock.addAndGet(2 * SECOND);
            }
            pool.engine.care().maintain();
            assertEquals(0, pool.statistics().cachedBytes());
            assertEquals(0, pool.statistics().slabs());
            assertTrue(pool.statistics().defragmentation().coalescedBytes() > 0);
            assertTrue(pool.statistics().defragmentation().returnedBytes() > 0);
        }
    }

    @Test
    void defragment_sparseMovableBlocks_movesThemAndReleasesTheirRegions() {
        try (DefragPool pool = new DefragPool(16, 2, 8)) {
            Movables movables = pool.engine.movables();
            List<Long> handles = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                long handle = movables.allocate(4096);
                Memory.fill(movables.pin(handle), 4096, (byte) i);
                movables.unpin(handle);
                handles.add(handle);
            }
            for (int i = 0; i < 2000; i++) {
                if (i % 10 != 0) {
                    movables.free(handles.get(i));
                }
            }
            long before = pool.engine.view().statistics().memory().committedBytes();
            DefragReport report = pool.defragment();
            assertEquals(List.of(), report.failures());
            assertTrue(report.bytes(ReclaimKind.MOVED) > 0);
            assertTrue(report.bytes(ReclaimKind.RELEASED) > 0);
            assertEquals(report.bytes(ReclaimKind.MOVED), movables.statistics().movedBytes());
            assertEquals(
                    report.bytes(ReclaimKind.MOVED), pool.engine.view().statistics().defragmentation().movedBytes());
            assertTrue(pool.engine.view().statistics().memory().committedBytes() < before);
            for (int i = 0; i < 2000; i += 10) {
                long address = movables.pin(handles.get(i));
                assertEquals((byte) i, Memory.getByte(address));
                assertEquals((byte) i, Memory.getByte(address + 4095));
                movables.unpin(handles.get(i));
                movables.free(handles.get(i));
            }
            assertEquals(0, pool.defragment().bytes(ReclaimKind.MOVED), "nothing to move");
        }
    }

    @Test
    void report_listsStepsInOrder_andItsMapsHaveAllKinds() {
        try (DefragPool pool = new DefragPool(8, 2, 8)) {
            DefragReport report = pool.defragment();
            assertEquals(List.of(DefragStep.values()), report.steps());
            assertEquals(
                    Map.of(
                            ReclaimKind.MOVED, 0L, ReclaimKind.RETURNED, 0L, ReclaimKind.COALESCED, 0L,
                            ReclaimKind.PURGED, 0L,
                            ReclaimKind.RELEASED, 0L),
                    report.bytes());
            assertEquals(1, report.number());
            assertTrue(report.requested());
            assertEquals(2, report.arenas().size());
        }
    }
}
