package dev.ashlar.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;

import dev.ashlar.space.VolumeSpaceBuilder.Representation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Threads that share a space, with a shadow map that says whose each unit is; {@code -Dashlar.seed=N} runs a seed again. */
class SpaceStressTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int THREADS = 4;
    private static final int UNITS = 40_000;
    private static final int OPERATIONS = 30_000;

    @ParameterizedTest
    @EnumSource
    void bitmap_sharedByThreads_givesNoUnitTwice(SpacePolicy policy) throws Exception {
        stress(Space.volume(UNITS).policy(policy).representation(Representation.BITMAP).build());
    }

    @ParameterizedTest
    @EnumSource
    void extents_sharedByThreads_givesNoUnitTwice(SpacePolicy policy) throws Exception {
        stress(SpaceAllocator.builder().limit(UNITS).policy(policy).threadSafe(true).build());
    }

    private static void stress(Space space) throws Exception {
        System.out.printf("space stress: %s, seed %d%n", space.policy(), SEED);
        AtomicIntegerArray shadow = new AtomicIntegerArray(UNITS);
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int thread = 1; thread <= THREADS; thread++) {
            Worker worker = new Worker(space, shadow, thread);
            tasks.add(() -> {
                start.await();
                worker.run();
                return null;
            });
        }
        runAll(tasks);
        space.validate();
        assertEquals(0, space.usedLength());
        assertEquals(List.of(), space.extents());
        assertTrue(space.allocateAt(0, UNITS), "all of it can be had again");
    }

    private static void runAll(List<Callable<Void>> tasks) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(tasks.size());
        try {
            List<Future<Void>> futures = new ArrayList<>();
            for (Callable<Void> task : tasks) {
                futures.add(executor.submit(task));
            }
            for (Future<Void> future : futures) {
                future.get(5, TimeUnit.MINUTES);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    /** Allocates, marks each unit as its own, frees parts. */
    private static final class Worker {
        private final Space space;
        private final AtomicIntegerArray shadow;
        private final int id;
        private final Random random;
        private final List<Extent> held = new ArrayList<>();

        Worker(Space space, AtomicIntegerArray shadow, int id) {
            this.space = space;
            this.shadow = shadow;
            this.id = id;
            random = new Random(SEED + id);
        }

        void run() {
            for (int i = 0; i < OPERATIONS; i++) {
                if (random.nextInt(100) < 52) {
                    int length = 1 + random.nextInt(1 << random.nextInt(10));
                    long offset =
                            random.nextInt(10) == 0 ? at(length) : space.tryAllocate(length, 1L << random.nextInt(3));
                    if (offset >= 0) {
                        own(offset, length);
                    }
                } else if (!held.isEmpty()) {
                    free(held.remove(random.nextInt(held.size())));
                }
            }
            held.forEach(this::freeAll);
        }

        private long at(int length) {
            int offset = random.nextInt(UNITS - length);
            return space.allocateAt(offset, length) ? offset : -1;
        }

        private void own(long offset, int length) {
            for (long unit = offset; unit < offset + length; unit++) {
                assertEquals(0, shadow.getAndSet((int) unit, id), "owner of a unit that was handed out");
            }
            assertTrue(space.isAllocated(offset, length));
            held.add(new Extent(offset, length));
        }

        /** All of it, or in two parts. */
        private void free(Extent extent) {
            if (extent.length() > 1 && random.nextBoolean()) {
                long first = 1 + random.nextLong(extent.length() - 1);
                held.add(new Extent(extent.offset() + first, extent.length() - first));
                freeAll(new Extent(extent.offset(), first));
            } else {
                freeAll(extent);
            }
        }

        private void freeAll(Extent extent) {
            for (long unit = extent.offset(); unit < extent.end(); unit++) {
                assertEquals(id, shadow.getAndSet((int) unit, 0), "owner of a unit to be freed");
            }
            space.free(extent.offset(), extent.length());
        }
    }

    /** Each thread holds one extent at most, and there is room for all: nobody may be refused, whoever else gives up a claim. */
    @Test
    void bitmap_withRoomForAll_refusesNobody() throws Exception {
        int length = 200;
        BitmapSpace space = BitmapSpace.builder(2L * THREADS * length).build();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            tasks.add(() -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    space.free(space.allocate(length), length);
                }
                return null;
            });
        }
        runAll(tasks);
        space.validate();
        assertEquals(0, space.usedLength());
    }

    /** Readers without a lock, while extents come and go on both sides of one that stays. */
    @Test
    void isAllocated_whileOthersChange_isRightOfWhatStays() throws Exception {
        SpaceAllocator space = SpaceAllocator.builder().threadSafe(true).build();
        space.allocateAt(1_000_000, 10);
        space.allocateAt(2_000_000, 10);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
            Random random = new Random(SEED + thread);
            tasks.add(() -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    long offset = 10L * (1 + random.nextInt(99_000));
                    if (space.allocateAt(offset, 5) && random.nextBoolean()) {
                        space.free(offset, 5);
                    }
                }
                return null;
            });
            tasks.add(() -> {
                for (int i = 0; i < 10 * OPERATIONS; i++) {
                    assertTrue(space.isAllocated(999_999, 5));
                    assertTrue(!space.isAllocated(1_500_000, 5));
                }
                return null;
            });
        }
        runAll(tasks);
        space.validate();
    }
}
