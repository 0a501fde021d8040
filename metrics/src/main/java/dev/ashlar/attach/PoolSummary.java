package dev.ashlar.attach;

/**
 * A pool of a process, in a list.
 *
 * @param number from 1 on, in the order in which the process opened its pools
 * @param name which other pools of the process may have, too
 * @param capacityBytes the most that regions may take
 * @param limitBytes the lower limit that is set, or the capacity
 * @param committedBytes of regions in use, and of their tables
 * @param liveBytes usable bytes of what callers hold
 */
public record PoolSummary(
        int number, String name, long capacityBytes, long limitBytes, long committedBytes, long liveBytes) {}
