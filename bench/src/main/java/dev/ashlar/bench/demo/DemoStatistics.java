package dev.ashlar.bench.demo;

/**
 * What the demo has done so far.
 *
 * @param steps of workers
 * @param joins hash joins, each in a budget
 * @param sorts in scopes
 * @param waves that left fragmentation behind
 * @param tasks of virtual threads
 * @param exhausted steps and tasks that found no room, gave up, and freed what they had
 * @param spilledBytes written
 * @param restoredBytes read back
 */
public record DemoStatistics(
        long steps,
        long joins,
        long sorts,
        long waves,
        long tasks,
        long exhausted,
        long spilledBytes,
        long restoredBytes) {}
