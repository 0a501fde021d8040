package dev.ashlar.event;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;

import dev.ashlar.PoolStatistics;
import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.ConfinedPool;
import dev.ashlar.arenas.MemoryPool;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is counted as a leak, and what is not. The worker finds what was dropped, as soon as it has been collected. */
class LeaksTest {
    private static final int MOST_COLLECTIONS = 2_000;

    private static MemoryPool pool(String name) {
        return MemoryPool.builder()
                .name(name)
                .capacity(16 << 20)
                .arenas(1)
                .reclaimPeriod(Duration.ofMillis(1))
                .build();
    }

    private static void awaitLeaks(MemoryPool pool, long expected) {
        for (int i = 0; pool.statistics().leaks() < expected; i++) {
            assertTrue(i < MOST_COLLECTIONS,
                    () -> "leaks: " + pool.statistics().leaks() + " (expected: " + expected + ")");
            System.gc();
        }
        assertEquals(expected, pool.statistics().leaks());
    }

    private static void dropShared(MemoryPool pool) {
        Arena arena = pool.openSharedArena();
        arena.allocate(100);
        arena.allocate(20_000);
    }

    private static void dropView(MemoryPool pool) {
        ConfinedPool view = pool.confined();
        view.freeAddress(view.allocateAddress(100));
    }

    @Test
    void leaks_sharedArenaIsDropped_isOneWithItsBlocks() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Leak"); MemoryPool pool = pool("dropped")) {
            dropShared(pool);
            awaitLeaks(pool, 1);
            RecordedEvent leak = recording.only("Leak", "dropped");
            assertEquals("shared arena", leak.getString("ownerKind"));
            assertEquals(2, leak.getLong("blocks"));
            assertEquals(pool.statistics().memory().liveBytes(), leak.getLong("size"));
        }
    }

    @Test
    void leaks_viewIsDropped_isOneAndItsCellsComeBack() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Leak"); MemoryPool pool = pool("view")) {
            // This thread's own cache has the first region, and some cells of it.
            pool.freeAddress(pool.allocateAddress(100));
            PoolStatistics before = pool.statistics();
            dropView(pool);
            awaitLeaks(pool, 1);
            assertEquals("view", recording.only("Leak", "view").getString("ownerKind"));
            assertTrue(recording.only("Leak", "view").getLong("blocks") > 0);
            assertEquals(before.cachedBytes(), pool.statistics().cachedBytes());
            assertEquals(before.caches(), pool.statistics().caches());
            pool.validateQuiet();
        }
    }

    @Test
    void leaks_threadEndsWithOpenArenas_isOneForEach() throws IOException, InterruptedException {
        try (FlightRecording recording = FlightRecording.of("Leak"); MemoryPool pool = pool("ended")) {
            Thread thread = Thread.ofPlatform().start(() -> {
                // Has a cache from here on, which counts its arenas.
                pool.freeAddress(pool.allocateAddress(100));
                pool.openArena().allocate(100);
                pool.openArena().allocate(100);
                try (Arena closed = pool.openArena()) {
                    closed.allocate(100);
                }
            });
            thread.join();
            pool.reclaim();
            awaitLeaks(pool, 2);
            assertEquals(2, recording.events("Leak", "ended").size());
            RecordedEvent leak = recording.events("Leak", "ended").getFirst();
            assertEquals("arena", leak.getString("ownerKind"));
            assertEquals("of thread #" + thread.threadId() + ", which has ended", leak.getString("owner"));
            assertEquals(-1, leak.getLong("blocks"));
        }
    }

    @Test
    void leaks_budgetIsClosedWithLiveBlocks_isOne() throws IOException {
        try (FlightRecording recording = FlightRecording.of("Leak"); MemoryPool pool = pool("budget")) {
            Budget sort = pool.openBudget("sort", 1 << 20);
            long block = sort.allocateAddress(100);
            long size = pool.usableSize(block);
            sort.close();
            assertEquals(1, pool.statistics().leaks());
            pool.freeAddress(block);
            assertEquals(1, pool.statistics().leaks());
            RecordedEvent leak = recording.only("Leak", "budget");
            assertEquals("sort, which is closed", leak.getString("owner"));
            assertEquals(1, leak.getLong("blocks"));
            assertEquals(size, leak.getLong("size"));
        }
    }

    @Test
    void leaks_allIsClosed_areNone() throws InterruptedException {
        try (MemoryPool pool = pool("closed")) {
            for (int i = 0; i < 20; i++) {
                try (Arena shared = pool.openSharedArena(); Arena scope = pool.openArena();
                        ConfinedPool view = pool.confined(); Budget budget = pool.openBudget("b", 1000)) {
                    shared.allocate(100);
                    scope.allocate(100);
                    view.freeAddress(view.allocateAddress(100));
                    pool.freeAddress(budget.allocateAddress(100));
                }
            }
            Thread thread = Thread.ofPlatform().start(() -> {
                ConfinedPool view = pool.confined();
                view.freeAddress(view.allocateAddress(100));
            });
            thread.join();
            pool.reclaim();
            System.gc();
            pool.defragment().join();
            assertEquals(0, pool.statistics().leaks());
        }
    }
}
