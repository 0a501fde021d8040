package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.FitPolicy;
import dev.ashlar.MovableStatistics;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Small movable blocks in large regions: the gaps between those that stay are filled, and what is resident is what is live, its headers and tables. */
@Timeout(120)
class PackingTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int REGION_SHIFT = 23;
    private static final long ALL_BYTES = 48L << 20;

    @BeforeAll
    static void needsPages() {
        try (DefragPool pool = new DefragPool(1, 1, 0)) {
            assumeTrue(pool.os.returnsPages() && pool.resident() >= 0, "pages can be given back and counted");
        }
        System.out.printf("PackingTest: -Dashlar.seed=%d%n", SEED);
    }

    private final SplittableRandom random = new SplittableRandom(SEED);

    private static DefragPool open(boolean hardened) {
        return new DefragPool(REGION_SHIFT, 10, 1, 0, FitPolicy.SEGREGATED_FIT, hardened);
    }

    /** As many of each doubling, from 16 bytes to 1 KiB. */
    private int size() {
        return (int) Math.scalb(1 + random.nextDouble(), 4 + random.nextInt(6));
    }

    private static byte mark(long handle) {
        return (byte) (handle * 31 | 1);
    }

    private List<Long> sparse(Movables movables) {
        List<Long> handles = new ArrayList<>();
        for (long bytes = 0; bytes < ALL_BYTES;) {
            int size = size();
            long handle = movables.allocate(size);
            Memory.fill(movables.pin(handle), size, mark(handle));
            movables.unpin(handle);
            handles.add(handle);
            bytes += size;
        }
        List<Long> kept = new ArrayList<>();
        for (long handle : handles) {
            // Not a whole number of regions, so that there are gaps in those that stay.
            if (random.nextInt(10) < 4) {
                kept.add(handle);
            } else {
                movables.free(handle);
            }
        }
        return kept;
    }

    private static void check(Movables movables, List<Long> handles) {
        for (long handle : handles) {
            long block = movables.pin(handle);
            for (long i = 0; i < movables.byteSize(handle); i++) {
                assertEquals(mark(handle), Memory.getByte(block + i));
            }
            movables.unpin(handle);
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void compact_ofSmallBlocks_leavesHardlyMoreResidentThanIsLive(boolean hardened) {
        try (DefragPool pool = open(hardened)) {
            Movables movables = pool.engine.movables();
            List<Long> kept = sparse(movables);
            CompactionReport report = movables.compact(CompactionLimits.NONE, () -> false);
            assertTrue(report.complete(), report::toString);
            pool.engine.view().validate(true);
            MovableStatistics now = movables.statistics();
            double ratio = (double) pool.resident() / now.requestedBytes();
            assertTrue(ratio <= 1.15, () -> "resident to live: " + ratio + ", " + now);
            check(movables, kept);
            CompactionReport second = movables.compact(CompactionLimits.NONE, () -> false);
            assertTrue(second.movedBytes() <= 1 << 16, () -> "moved again: " + second);
            pool.engine.view().validate(true);
            check(movables, kept);
            kept.forEach(movables::free);
        }
    }

    /** A limit on what is moved holds for filling gaps, too, and the report says that there is more to do. */
    @ParameterizedTest
    @CsvSource({"100000, 9223372036854775807", "9223372036854775807, 500"})
    void compact_withLimits_fillsGapsWithinThem(long maxBytes, long maxMoves) {
        try (DefragPool pool = open(false)) {
            Movables movables = pool.engine.movables();
            List<Long> kept = sparse(movables);
            CompactionLimits limits = CompactionLimits.NONE.withMaxBytes(maxBytes).withMaxMoves(maxMoves);
            CompactionReport report = movables.compact(limits, () -> false);
            assertFalse(report.complete(), report::toString);
            assertEquals(0, report.releasedRegions(), report::toString);
            assertTrue(report.movedBytes() <= maxBytes && report.movedBlocks() <= maxMoves, report::toString);
            assertTrue(report.movedBlocks() > 0, report::toString);
            pool.engine.view().validate(true);
            check(movables, kept);
            kept.forEach(movables::free);
        }
    }

    /** Frees while gaps are filled, on both sides of the place from which on the region is held. */
    @Test
    void frees_whileGapsAreFilled_areFound() {
        try (DefragPool pool = open(false)) {
            Movables movables = pool.engine.movables();
            List<Long> kept = sparse(movables);
            List<Long> left = new ArrayList<>(kept);
            CompactionReport report = movables.compact(CompactionLimits.NONE, () -> {
                for (int i = 0; i < 20 && !left.isEmpty(); i++) {
                    int victim = random.nextInt(left.size());
                    movables.free(left.get(victim));
                    left.set(victim, left.getLast());
                    left.removeLast();
                }
                if (random.nextInt(50) == 0) {
                    // Between any two slices the arena is as it must be, with what is held.
                    Objects.requireNonNull(movables.spaceOrNull()).arena().view().validate();
                }
                return false;
            });
            assertTrue(left.size() < kept.size() && report.movedBlocks() > 0, report::toString);
            pool.engine.view().validate(true);
            check(movables, left);
            left.forEach(movables::free);
        }
    }

    /** Cancelled at each of many moments: what was held is put back, and the next pass goes on. */
    @Test
    void compact_thatIsCancelled_putsBackWhatItHeld() {
        try (DefragPool pool = open(false)) {
            Movables movables = pool.engine.movables();
            List<Long> kept = sparse(movables);
            boolean complete = false;
            for (int asked = 10; !complete; asked += asked) {
                int[] left = {asked};
                complete = movables.compact(CompactionLimits.NONE, () -> left[0]-- <= 0).complete();
                pool.engine.view().validate(true);
            }
            check(movables, kept);
            double ratio = (double) pool.resident() / movables.statistics().requestedBytes();
            assertTrue(ratio <= 1.15, () -> "resident to live: " + ratio);
            kept.forEach(movables::free);
        }
    }
}
