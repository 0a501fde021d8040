package dev.ashlar.bench.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The demo, briefly and without rest: it does all that it says, and leaves nothing. */
class DemoWorkloadTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    @TempDir
    private Path directory;

    private DemoSettings settings(long steps, @Nullable Duration duration) {
        System.out.printf("demo: seed %d%n", SEED);
        return new DemoSettings(2, 4, 64, SEED, steps, duration, false, directory);
    }

    private void assertNothingLeft(MemoryPool pool) throws IOException {
        pool.validateQuiet();
        assertEquals(0, pool.statistics().memory().liveBytes());
        assertEquals(List.of(), pool.budgets());
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void demo_ofSomeSteps_doesAllAndLeavesNothing() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("demo").capacity(24 << 20).build()) {
            DemoStatistics done;
            try (DemoWorkload demo = DemoWorkload.start(pool, settings(900, Duration.ofMinutes(5)))) {
                demo.await();
                done = demo.statistics();
                pool.validate();
                assertFalse(demo.spill().isClosed());
            }
            assertEquals(1800, done.steps());
            assertTrue(done.joins() > 0 && done.sorts() > 0 && done.waves() > 0 && done.tasks() > 0, done::toString);
            assertTrue(done.reports() > 0 && done.rows() > done.joins(), done::toString);
            assertTrue(done.peakLiveBytes() > 8 << 20 && done.peakLiveBytes() < done.peakCommittedBytes(),
                    done::toString);
            assertTrue(pool.statistics().defragmentation().requests() > 0);
            assertEquals(0, done.leaks());
            assertEquals(0, pool.statistics().leaks());
            assertTrue(done.spilledBytes() > 0 && done.restoredBytes() > 0, done::toString);
            assertTrue(done.exhausted() < done.steps() / 2, done::toString);
            assertNothingLeft(pool);
        }
    }

    /** The report has most of what both may have: some joins find no room, and not for want of the pool's. */
    @Test
    void demo_reportsBesideJoins_starveThem() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("demo").capacity(64 << 20).build();
                DemoWorkload demo = DemoWorkload.start(pool, settings(Long.MAX_VALUE, null))) {
            while (joinsRefused(pool) == 0) {
                assertFalse(demo.isStopping());
                Thread.onSpinWait();
            }
        }
    }

    private static long joinsRefused(MemoryPool pool) {
        return pool.budgets().stream().filter(budget -> budget.name().equals("queries/joins"))
                .mapToLong(budget -> budget.statistics().refusals()).sum();
    }

    @Test
    void demo_withLeaks_isFoundToLeak_andLeavesNothing() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("demo").capacity(24 << 20).build()) {
            DemoStatistics done;
            try (DemoWorkload demo = DemoWorkload.start(pool, settings(200, null).withLeaks(true))) {
                demo.await();
                done = demo.statistics();
            }
            assertTrue(done.leaks() > 0, done::toString);
            assertEquals(done.leaks(), pool.statistics().leaks());
            assertNothingLeft(pool);
        }
    }

    @Test
    void demo_thatIsStopped_leavesNothing() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("demo").capacity(24 << 20).build()) {
            DemoWorkload demo = DemoWorkload.start(pool, settings(Long.MAX_VALUE, null));
            demo.stop();
            demo.close();
            demo.close();
            assertTrue(demo.isStopping());
            assertNothingLeft(pool);
        }
    }

    @Test
    void demo_whoseTimeIsOver_stops() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("demo").capacity(24 << 20).build();
                DemoWorkload demo = DemoWorkload.start(pool, settings(Long.MAX_VALUE, Duration.ofMillis(1)))) {
            demo.await();
            assertTrue(demo.isStopping());
        }
    }

    @Test
    void demo_overAClosedPool_saysWhatFailed() throws Exception {
        MemoryPool pool = MemoryPool.builder().name("demo").capacity(24 << 20).build();
        DemoWorkload demo = DemoWorkload.start(pool, settings(Long.MAX_VALUE, null));
        pool.close();
        demo.await();
        assertTrue(demo.isStopping());
        assertThrows(IllegalStateException.class, demo::close);
    }

    @Test
    void start_onAClosedPool_leavesNoFile() throws Exception {
        MemoryPool pool = MemoryPool.builder().name("demo").capacity(24 << 20).build();
        pool.close();
        assertThrows(IllegalStateException.class, () -> DemoWorkload.start(pool, settings(1, null)));
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void settings_outOfRange_areRefused() {
        DemoSettings usual = DemoSettings.usual(directory);
        assertEquals(0.5, usual.load());
        assertEquals(7, usual.withWorkers(7).workers());
        assertEquals(Duration.ofSeconds(7), usual.withDuration(Duration.ofSeconds(7)).duration());
        assertThrows(IllegalArgumentException.class, () -> new DemoSettings(0, 1, 1, 1, 1, null, false, directory));
        assertThrows(IllegalArgumentException.class, () -> new DemoSettings(1, -1, 1, 1, 1, null, false, directory));
        assertThrows(IllegalArgumentException.class, () -> new DemoSettings(1, 1, 0, 1, 1, null, false, directory));
        assertThrows(IllegalArgumentException.class, () -> new DemoSettings(1, 1, 1, 1, 0, null, false, directory));
        assertThrows(IllegalArgumentException.class,
                () -> new DemoSettings(1, 1, 1, 1, 1, Duration.ZERO, false, directory));
    }
}
