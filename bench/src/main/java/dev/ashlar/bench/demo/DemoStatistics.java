package dev.ashlar.bench.demo;

/**
 * What the demo has done so far.
 *
 * @param steps of workers
 * @param joins hash joins, in a budget that they share
 * @param sorts in scopes
 * @param reports that grew beside the joins, in the same budget, and took what those needed
 * @param waves that left fragmentation behind
 * @param tasks of virtual threads
 * @param rows that were joined or sorted
 * @param leaks budgets that were closed while blocks of them were live
 * @param exhausted steps and tasks that found no room, gave up, and freed what they had
 * @param spilledBytes written
 * @param restoredBytes read back
 * @param peakLiveBytes the most that the pool had live, as some twenty looks a second saw it
 * @param peakCommittedBytes the same of what was committed
 */
public record DemoStatistics(
        long steps,
        long joins,
        long sorts,
        long reports,
        long waves,
        long tasks,
        long rows,
        long leaks,
        long exhausted,
        long spilledBytes,
        long restoredBytes,
        long peakLiveBytes,
        long peakCommittedBytes) {}
