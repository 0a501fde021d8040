package dev.ashlar.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStep;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** How a defragmentation shares an arena with others: slices end in time, and for those who wait; pages are given back without the lock. */
class ArenaSlicesTest {
    private static final long BLOCK_BYTES = 600_000;
    private static final DefragOptions COALESCE = DefragOptions.all().only(Set.of(DefragStep.COALESCE));

    @BeforeAll
    static void needsPages() {
        try (DefragPool pool = new DefragPool(1, 1, 0)) {
            assumeTrue(pool.os.returnsPages() && pool.resident() >= 0, "pages can be given back and counted");
        }
    }

    /** A task in a thread of its own. */
    private static <T> Running<T> start(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        return new Running<>(Thread.ofPlatform().daemon().start(future), future);
    }

    private record Running<T>(Thread thread, FutureTask<T> future) {
        /** Whether it sleeps until somebody lets it go on; else it has ended. */
        boolean waits() {
            while (true) {
                switch (thread.getState()) {
                    case WAITING, BLOCKED -> {
                        return true;
                    }
                    case TERMINATED -> {
                        return false;
                    }
                    default -> Thread.onSpinWait();
                }
            }
        }

        T get() throws ExecutionException {
            try {
                return future.get(60, TimeUnit.SECONDS);
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** A region with one dirty free block, and a live one that leaves too little for a slab. */
    private static DefragPool withDirtyBlock() {
        return withDirtyBlock(440_000);
    }

    private static DefragPool withDirtyBlock(long live) {
        DefragPool pool = new DefragPool(8, 1, 8);
        long block = pool.fill(1, i -> BLOCK_BYTES).getFirst();
        pool.fill(1, i -> live);
        pool.engine.free(block);
        return pool;
    }

    // Slices

    /** Each look at the clock takes 30 microseconds here, so each piece does. */
    @Test
    void slices_areBoundedAndCounted() {
        try (DefragPool pool = new DefragPool(32, 1, 32)) {
            pool.fill(3000, i -> 100 + i % 4000).forEach(pool.engine::free);
            pool.onLook = () -> pool.clock.addAndGet(30_000);
            DefragReport report = pool.defragment(COALESCE);
            assertTrue(report.locks().count() > 10, report::toString);
            assertTrue(report.locks().longestNanos() > 60_000, report::toString);
            assertTrue(report.locks().longestNanos() <= DefragPool.SLICE_NANOS + 30_000, report::toString);
            assertEquals(0, report.locks().overTwice());
            assertEquals(report.locks().count(), report.locks().byLog2().stream().mapToLong(Long::longValue).sum());
            pool.engine.care().defragSettings(DefragSettings.ofDefaults().withSlice(Duration.ofNanos(10_000)));
            DefragReport shorter = pool.defragment(COALESCE);
            assertTrue(shorter.locks().count() > 2 * report.locks().count(), shorter::toString);
            assertEquals(60_000, shorter.locks().longestNanos());
            pool.onLook = () -> {};
        }
    }

    @Test
    void slice_whenSomebodyWaits_endsBehindThePiece() throws ExecutionException {
        try (DefragPool pool = new DefragPool(8, 1, 8)) {
            long block = pool.fill(1, i -> 100_000).getFirst();
            long alone = pool.defragment(COALESCE).locks().count();
            List<Running<Long>> others = new ArrayList<>();
            pool.onLook = () -> {
                Running<Long> other = start(() -> pool.engine.usableBytes(block));
                // It does where the worker looks at the clock in a slice.
                other.waits();
                others.add(other);
            };
            long contended = pool.defragment(COALESCE).locks().count();
            pool.onLook = () -> {};
            for (Running<Long> other : others) {
                assertEquals(pool.engine.usableBytes(block), other.get());
            }
            assertEquals(1, alone);
            assertEquals(SizeClasses.COUNT, contended);
        }
    }

    // Pages

    @Test
    void purge_underWay_leavesTheArenaToOthers() throws ExecutionException {
        try (DefragPool pool = withDirtyBlock(400_000)) {
            List<Long> blocks = new ArrayList<>();
            pool.hooks.beforePurge(() -> {
                Running<Long> other = start(() -> {
                    pool.engine.view().validate(false);
                    return pool.engine.allocate(10_000);
                });
                assertEquals(false, other.waits(), "it waits");
                try {
                    blocks.add(other.get());
                } catch (ExecutionException e) {
                    throw new AssertionError(e);
                }
            });
            DefragReport report = pool.defragment();
            assertEquals(List.of(), report.failures());
            assertEquals(blocks.size(), report.purges());
            assertTrue(blocks.size() > 1);
            pool.hooks.clear();
            pool.engine.view().validate(true);
            blocks.forEach(pool.engine::free);
        }
    }

    /** A cell and a block, for which there is room nowhere else but in a new region; also if the system refuses to take the pages. */
    @ParameterizedTest
    @ValueSource(longs = {100, BLOCK_BYTES})
    void request_forWhatIsBeingPurged_waitsForIt(long bytes) throws ExecutionException {
        for (boolean refused : new boolean[] {false, true}) {
            try (DefragPool pool = withDirtyBlock()) {
                long committed = pool.statistics().memory().committedBytes();
                List<Running<Long>> waiting = new ArrayList<>();
                pool.hooks.beforePurge(() -> {
                    if (waiting.isEmpty()) {
                        Running<Long> other = start(() -> pool.engine.allocate(bytes));
                        assertEquals(true, other.waits(), "it does not wait");
                        waiting.add(other);
                    }
                });
                if (refused) {
                    pool.os.failNth(Call.PURGE, pool.os.calls(Call.PURGE) + 1);
                }
                DefragReport report = pool.defragment();
                assertEquals(refused ? 1 : 0, report.failureCount(), report::toString);
                long served = waiting.getFirst().get();
                assertNotEquals(0, served);
                assertEquals(committed, pool.statistics().memory().committedBytes(), "no region was taken into use");
                pool.hooks.clear();
                pool.engine.free(served);
            }
        }
    }

    @Test
    void close_duringAPurge_tellsThoseWhoWaitForIt() throws InterruptedException {
        DefragPool pool = withDirtyBlock();
        List<Running<Long>> waiting = new ArrayList<>();
        pool.hooks.beforePurge(() -> {
            if (waiting.isEmpty()) {
                Running<Long> other = start(() -> pool.engine.allocate(BLOCK_BYTES));
                assertEquals(true, other.waits(), "it does not wait");
                waiting.add(other);
                pool.engine.close();
            }
        });
        assertThrows(CompletionException.class, pool::defragment);
        ExecutionException e = assertThrows(ExecutionException.class, waiting.getFirst()::get);
        assertEquals(IllegalStateException.class, e.getCause().getClass());
        assertTrue(String.valueOf(e.getCause().getMessage()).contains("closed"), e::toString);
        pool.close();
    }
}
