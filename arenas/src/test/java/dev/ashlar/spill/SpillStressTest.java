package dev.ashlar.spill;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.space.volume.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Threads, platform and virtual, that share a store on a real file system, with all contents checked; {@code -Dashlar.seed=N} runs a seed again. */
class SpillStressTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int THREADS = 8;
    private static final int STEPS = Integer.getInteger("ashlar.spill.steps", 400);
    private static final int HELD = 12;

    @TempDir
    private Path directory;

    private record Held(SpillToken token, long seed) {}

    @Test
    void file_manyThreads_keepContents() throws Exception {
        System.out.printf("spill file under %d threads, seed %d%n", THREADS, SEED);
        run(SpillFile.builder(directory.resolve("f")).shrinkBy(1 << 16).inFlight(4, 1 << 18).build());
    }

    @Test
    void set_manyThreads_keepContents() throws Exception {
        System.out.printf("spill set under %d threads, seed %d%n", THREADS, SEED);
        run(SpillSet.builder().copies(2).shrinkBy(1 << 16)
                .volume("a", directory.resolve("a"), 32 << 20, Tier.FAST)
                .volume("b", directory.resolve("b"), 32 << 20, Tier.FAST)
                .volume("c", directory.resolve("c"), 32 << 20, Tier.ARCHIVE)
                .build());
    }

    private static void run(SpillStore store) throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("stress").capacity(64 << 20).build(); store) {
            try (ExecutorService platform = Executors.newFixedThreadPool(THREADS / 2);
                    ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Void>> running = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    SplittableRandom random = new SplittableRandom(SEED + i);
                    Callable<Void> worker = () -> work(pool, store, random);
                    running.add((i % 2 == 0 ? platform : virtual).submit(worker));
                }
                for (Future<Void> each : running) {
                    each.get();
                }
            }
            store.validate();
            pool.validateQuiet();
            assertEquals(0, pool.statistics().memory().liveBytes());
            assertEquals(0, store.statistics().usedBytes());
            assertEquals(0, store.statistics().fileBytes());
            assertEquals(0, store.statistics().failureCount());
            assertTrue(store.statistics().restoredBlocks() > 0);
        }
    }

    private static Void work(MemoryPool pool, SpillStore store, SplittableRandom random) throws IOException {
        List<Held> held = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            if (held.size() < HELD && random.nextBoolean()) {
                long seed = random.nextLong();
                MemorySegment block = Patterns.fill(pool.allocate(random.nextInt(60_000), 1), seed);
                held.add(new Held(random.nextInt(3) == 0
                        ? store.spillAsync(pool, block).join()
                        : store.spill(pool, block), seed));
            } else if (!held.isEmpty()) {
                Held next = held.remove(random.nextInt(held.size()));
                if (random.nextInt(8) == 0) {
                    store.discard(next.token);
                } else {
                    if (random.nextInt(8) == 0) {
                        Thread.currentThread().interrupt();
                    }
                    check(pool, next, random.nextInt(3) == 0
                            ? store.restoreAsync(next.token, pool).join()
                            : store.restore(next.token, pool));
                    Thread.interrupted();
                }
            }
        }
        for (Held each : held) {
            check(pool, each, store.restore(each.token, pool));
        }
        return null;
    }

    private static void check(MemoryPool pool, Held held, MemorySegment restored) {
        Patterns.check(restored, held.token.byteSize(), held.seed);
        pool.free(restored);
    }

    /** One token, restored, discarded and read by all at once: one gives it up, and whoever reads it reads what was written. */
    @Test
    void token_contended_isGivenUpOnce() throws Exception {
        try (MemoryPool pool = MemoryPool.builder().name("contended").capacity(32 << 20).build();
                SpillFile store = SpillFile.builder(directory.resolve("g")).build();
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 100; round++) {
                long seed = SEED + round;
                SpillToken token = store.spill(pool, Patterns.fill(pool.allocate(20_000, 1), seed));
                List<Future<Integer>> results = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    int kind = i % 3;
                    results.add(virtual.submit(() -> contend(pool, store, token, seed, kind)));
                }
                int givenUp = 0;
                for (Future<Integer> each : results) {
                    givenUp += each.get();
                }
                assertEquals(1, givenUp, "round " + round);
                assertEquals(0, store.statistics().usedBytes());
            }
            store.validate();
            pool.validateQuiet();
            assertEquals(0, store.statistics().failureCount());
        }
    }

    private static int contend(MemoryPool pool, SpillFile store, SpillToken token, long seed, int kind)
            throws SpillException {
        try {
            if (kind == 0) {
                MemorySegment restored = store.restore(token, pool);
                Patterns.check(restored, 20_000, seed);
                pool.free(restored);
                return 1;
            }
            if (kind == 1) {
                store.discard(token);
                return 1;
            }
            MemorySegment target = MemorySegment.ofArray(new byte[20_000]);
            store.read(token, target);
            Patterns.check(target, 20_000, seed);
            return 0;
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
