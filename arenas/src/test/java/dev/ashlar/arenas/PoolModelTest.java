package dev.ashlar.arenas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.arenas.PoolModel.Event;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.AlignedOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random operations of one thread against {@link PoolModel}, over all settings, in a pool that is small enough to be full again and again.
 *
 * <p>Each run prints its seed; {@code -Dashlar.seed=N} gives that seed to all of them.
 */
@SuppressWarnings("EnumOrdinal") // Random picks by number.
class PoolModelTest {
    private static final long REGION = 1L << 20;
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int OPERATIONS = 12_000;
    private static final int WAYS = 8;
    private static final int SCOPE = 5;

    /** The settings of a run. */
    record Settings(FitPolicy policy, Coalescing coalescing, boolean portable, boolean hardened) {
        MemoryPool pool() {
            return MemoryPool.builder()
                    .name("model")
                    .capacity(8 * REGION)
                    .regionSize(REGION)
                    .retained(REGION)
                    .arenas(2)
                    .policy(policy)
                    .coalescing(coalescing)
                    .hardened(hardened)
                    .reclaimPeriod(Duration.ofDays(1))
                    .os(new AlignedOs(portable ? OsMemory.portable() : OsMemory.system()))
                    .secret(SEED | 1)
                    .build();
        }

        /** What a run must have seen. */
        Set<Event> events() {
            Set<Event> events = EnumSet.allOf(Event.class);
            if (hardened) {
                events.remove(Event.STAYED);
            }
            if (portable) {
                events.remove(Event.SCOPE_CLOSED);
            }
            return events;
        }
    }

    static List<Settings> settings() {
        List<Settings> all = new ArrayList<>();
        boolean portable = false;
        for (FitPolicy policy : FitPolicy.values()) {
            portable = !portable;
            for (Coalescing coalescing : Coalescing.values()) {
                all.add(new Settings(policy, coalescing, false, false));
                all.add(new Settings(policy, coalescing, portable, true));
                all.add(new Settings(policy, coalescing, true, false));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void random_agreesWithModelAndSeesAll(Settings settings) throws InterruptedException {
        System.out.printf("pool model: %s, %d operations, seed %d%n", settings, OPERATIONS, SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        int done = 0;
        try (PoolModel model = new PoolModel(settings.pool())) {
            try {
                for (; done < OPERATIONS; done++) {
                    step(model, random, settings.portable, done);
                    if (done % 500 == 0) {
                        model.validate();
                    }
                }
                fill(model);
                model.validate();
                model.freeAll();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "operation %d of %s with seed %d: %s".formatted(done, settings, SEED, e.getMessage()), e);
            }
            for (Event event : settings.events()) {
                assertTrue(model.count(event) > 0, () -> event + ": never (expected: in each run); " + model);
            }
        }
    }

    /** Until each way of asking has been refused, which the tides may miss. */
    private static void fill(PoolModel model) throws InterruptedException {
        for (int way : new int[] {0, 3, 4, 6}) {
            for (int size = model.size(); model.allocate(way, REGION / 4, 16) && model.size() > size;) {
                size = model.size();
            }
        }
    }

    private static void step(PoolModel model, SplittableRandom random, boolean portable, int done)
            throws InterruptedException {
        // In tides that fill the pool and empty it.
        boolean rising = done / 1500 % 2 == 0;
        int choice = random.nextInt(1000);
        if (model.size() == 0 || choice < (rising ? 560 : 300)) {
            int way = random.nextInt(WAYS);
            long alignment = random.nextInt(10) == 0 ? 1L << random.nextInt(17) : 1;
            if (!model.allocate(portable && way == SCOPE ? 0 : way, byteSize(random), alignment)) {
                for (int left = model.size() / 4; left > 0; left--) {
                    model.free(random.nextInt(1 << 20));
                }
            }
        } else if (choice < 780) {
            model.free(random.nextInt(1 << 20));
        } else if (choice < 970) {
            model.resize(random.nextInt(1 << 20), byteSize(random));
        } else if (choice < 980) {
            model.closeScope();
        } else {
            model.maintain(random.nextInt(4));
        }
    }

    private static long byteSize(SplittableRandom random) {
        int choice = random.nextInt(1000);
        if (choice < 700) {
            return random.nextLong(601);
        } else if (choice < 900) {
            return random.nextLong(8400);
        } else if (choice < 985) {
            return random.nextLong(200 << 10);
        } else if (choice < 990) {
            // Where a span's end meets a region's.
            return (1 + random.nextInt(3)) * REGION - 64 + random.nextLong(128);
        }
        return random.nextLong(3 * REGION);
    }
}
