package dev.ashlar.arenas;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.CompactionReport;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.testing.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Threads that pin, write, check and free movable blocks while others compact: nothing is lost, and blocks do move. */
class MovableConcurrencyTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int WORKERS = 3;
    private static final int SLOTS = 800;
    private static final int SHARED = 200;
    private static final int MOVES = 3000;

    private final AtomicInteger busy = new AtomicInteger(WORKERS);
    private final AtomicBoolean enough = new AtomicBoolean();
    private long[] shared = {};

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pinsWritesAndFrees_whileOthersCompact_loseNothing(boolean hardened) {
        System.out.printf("movable blocks of %d threads: seed %d%n", WORKERS, SEED);
        try (MemoryPool pool = MemoryPool.builder()
                .name("movable")
                .capacity(24 << 20)
                .regionSize(1 << 20)
                .arenas(2)
                .hardened(hardened)
                .build()) {
            MovableBlocks movable = pool.movable();
            shared = new long[SHARED];
            for (int i = 0; i < SHARED; i++) {
                shared[i] = movable.allocate(500);
                Pattern.write(movable.pinAddress(shared[i]), 500, i);
                movable.unpin(shared[i]);
            }
            Tasks.inParallel(WORKERS + 1, number -> {
                if (number == WORKERS) {
                    compact(pool);
                } else {
                    try {
                        work(movable, new SplittableRandom(SEED + number));
                    } finally {
                        busy.decrementAndGet();
                    }
                }
            });
            for (long block : shared) {
                movable.free(block);
            }
            pool.validateQuiet();
            assertEquals(0, movable.statistics().blocks());
            assertEquals(0, movable.statistics().openPins());
            assertTrue(movable.statistics().movedBlocks() >= MOVES, () -> movable.statistics().toString());
            pool.trim();
            assertEquals(0, pool.statistics().memory().committedBytes());
        }
    }

    /** Until enough has moved, however long that takes. */
    private void compact(MemoryPool pool) {
        try {
            long emptied = 0;
            while (busy.get() == WORKERS && (pool.movable().statistics().movedBlocks() < MOVES || emptied < 5)) {
                CompactionReport report = pool.movable().compact();
                emptied += report.releasedRegions();
                pool.validate();
            }
        } finally {
            enough.set(true);
        }
    }

    private void work(MovableBlocks movable, SplittableRandom random) {
        long[] blocks = new long[SLOTS];
        long[] seeds = new long[SLOTS];
        boolean[] pinned = new boolean[SLOTS];
        for (int done = 0; !enough.get(); done++) {
            int slot = random.nextInt(SLOTS);
            // In tides, so that regions become sparse.
            boolean rising = done / (4 * SLOTS) % 2 == 0;
            if (blocks[slot] == 0) {
                if (rising || random.nextInt(10) == 0) {
                    allocate(movable, random, blocks, seeds, slot);
                }
            } else if (pinned[slot]) {
                movable.unpin(blocks[slot]);
                pinned[slot] = false;
            } else if (random.nextInt(10) < (rising ? 1 : 6)) {
                check(movable, blocks[slot], seeds[slot]);
                movable.free(blocks[slot]);
                blocks[slot] = 0;
            } else {
                check(movable, blocks[slot], seeds[slot]);
                long address = movable.pinAddress(blocks[slot]);
                Pattern.write(address, movable.byteSize(blocks[slot]), ++seeds[slot]);
                pinned[slot] = random.nextInt(50) == 0;
                if (!pinned[slot]) {
                    movable.unpin(blocks[slot]);
                }
            }
            int common = random.nextInt(SHARED);
            Pattern.check(movable.pinAddress(shared[common]), 500, common, 500);
            movable.unpin(shared[common]);
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            if (blocks[slot] != 0) {
                if (pinned[slot]) {
                    movable.unpin(blocks[slot]);
                }
                check(movable, blocks[slot], seeds[slot]);
                movable.free(blocks[slot]);
            }
        }
    }

    private static void allocate(
            MovableBlocks movable, SplittableRandom random, long[] blocks, long[] seeds, int slot) {
        long bytes = random.nextInt(20) == 0 ? random.nextLong(100_000) : random.nextLong(5000);
        try {
            blocks[slot] = movable.allocate(bytes);
        } catch (PoolExhaustedException e) {
            return;
        }
        seeds[slot] = random.nextLong();
        Pattern.write(movable.pinAddress(blocks[slot]), bytes, seeds[slot]);
        movable.unpin(blocks[slot]);
    }

    private static void check(MovableBlocks movable, long block, long seed) {
        long bytes = movable.byteSize(block);
        Pattern.check(movable.pinAddress(block), bytes, seed, bytes);
        movable.unpin(block);
    }
}
