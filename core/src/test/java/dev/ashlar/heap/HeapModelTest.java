package dev.ashlar.heap;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.heap.HeapModel.Event;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.AlignedOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random operations against {@link HeapModel}, over all settings: short runs that validate the heap around each call and compare each choice
 * with its policy's definition, and long ones, two million operations in all.
 *
 * <p>Each run prints its seed; {@code -Dashlar.seed=N} gives that seed to all of them.
 */
class HeapModelTest {
    private static final long REGION = 1L << 20;
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int LONG_OPERATIONS = 51_000;

    /** The settings of a run. */
    record Settings(FitPolicy policy, Coalescing coalescing, boolean portable, boolean hardened) {
        Heap heap(long capacity, long seed) {
            return Heap.builder()
                    .name("model")
                    .capacity(capacity)
                    .regionSize(REGION)
                    .retained(REGION)
                    .policy(policy)
                    .coalescing(coalescing)
                    .hardened(hardened)
                    .portable(portable)
                    .os(new AlignedOs(portable ? OsMemory.portable() : OsMemory.system()))
                    .secret(seed | 1)
                    .build();
        }

        /** What a long enough run must have seen. */
        Set<Event> events() {
            Set<Event> events = EnumSet.complementOf(EnumSet.of(Event.CHECKED_BY_ORACLE));
            if (hardened) {
                events.remove(Event.RESIZED_IN_PLACE);
            }
            if (coalescing == Coalescing.IMMEDIATE) {
                events.remove(Event.COALESCED);
            }
            if (portable) {
                events.remove(Event.PURGED);
            }
            return events;
        }
    }

    static List<Settings> settings() {
        List<Settings> all = new ArrayList<>();
        for (FitPolicy policy : FitPolicy.values()) {
            for (Coalescing coalescing : Coalescing.values()) {
                for (boolean portable : new boolean[] {false, true}) {
                    all.add(new Settings(policy, coalescing, portable, false));
                    all.add(new Settings(policy, coalescing, portable, true));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shortRun_validatedAroundEachCall_agreesWithModel(Settings settings) {
        int operations = settings.hardened ? 600 : 1500;
        try (HeapModel model = new HeapModel(settings.heap(5 * REGION, SEED), 1)) {
            run(settings, model, new RandomOperations(model, SEED, 3 * REGION, 400), operations);
            boolean merged = settings.coalescing == Coalescing.IMMEDIATE;
            assertEquals(merged, model.count(Event.CHECKED_BY_ORACLE) > 100, model::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void longRun_agreesWithModelAndSeesAll(Settings settings) {
        try (HeapModel model = new HeapModel(settings.heap(16 * REGION, SEED), 1000)) {
            run(settings, model, new RandomOperations(model, SEED, 5 * REGION, 8000), LONG_OPERATIONS);
            for (Event event : settings.events()) {
                assertTrue(model.count(event) > 0, () -> event + ": never (expected: in each run); " + model);
            }
        }
    }

    private static void run(Settings settings, HeapModel model, RandomOperations operations, int count) {
        System.out.printf("heap model: %s, %d operations, seed %d%n", settings, count, SEED);
        int done = 0;
        try {
            while (done < count) {
                operations.next();
                done++;
            }
            model.freeAllAndTrim();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "operation %d of %s with seed %d: %s".formatted(done, settings, SEED, e.getMessage()), e);
        }
    }
}
