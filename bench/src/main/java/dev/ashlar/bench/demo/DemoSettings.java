package dev.ashlar.bench.demo;

import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How the demo runs.
 *
 * @param workers platform threads, 1 to 64
 * @param virtualThreads beside them, 0 to 10,000
 * @param load share of one core that all workers may take together, above 0 and up to 64: each rests after each step for as long as it takes to keep to its part
 * @param seed of all choices
 * @param steps that each worker does at most, 1 or more
 * @param duration how long at most; null: until it is stopped
 * @param leaks whether now and then a budget is closed while blocks of it are live, which the pool reports as a leak; they are freed at the end
 * @param directory where the spill file is made, and deleted
 */
public record DemoSettings(
        int workers,
        int virtualThreads,
        double load,
        long seed,
        long steps,
        @Nullable Duration duration,
        boolean leaks,
        Path directory) {
    private static final int MAX_WORKERS = 64;
    private static final int MAX_VIRTUAL = 10_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public DemoSettings {
        expect(workers >= 1 && workers <= MAX_WORKERS, "workers: " + workers + " (expected: from 1 to 64)");
        expect(virtualThreads >= 0 && virtualThreads <= MAX_VIRTUAL,
                "virtualThreads: " + virtualThreads + " (expected: from 0 to 10000)");
        expect(load > 0 && load <= MAX_WORKERS, "load: " + load + " (expected: above 0, up to 64)");
        expect(steps >= 1, "steps: " + steps + " (expected: 1 or more)");
        expect(duration == null || duration.isPositive(), "duration: " + duration + " (expected: above 0)");
    }

    /** Three workers, eight virtual threads, half a core, no leaks, until it is stopped. */
    public static DemoSettings usual(Path directory) {
        return new DemoSettings(3, 8, 0.5, 1, Long.MAX_VALUE, null, false, directory);
    }

    /** The same with another number of workers. */
    public DemoSettings withWorkers(int count) {
        return new DemoSettings(count, virtualThreads, load, seed, steps, duration, leaks, directory);
    }

    /** The same with another end; null: until it is stopped. */
    public DemoSettings withDuration(@Nullable Duration time) {
        return new DemoSettings(workers, virtualThreads, load, seed, steps, time, leaks, directory);
    }

    /** The same with leaks, or without. */
    public DemoSettings withLeaks(boolean wanted) {
        return new DemoSettings(workers, virtualThreads, load, seed, steps, duration, wanted, directory);
    }

    private static void expect(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
