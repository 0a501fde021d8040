package dev.ashlar.attach;

import dev.ashlar.FitPolicy;
import dev.ashlar.PoolStatistics;

/**
 * A pool's figures at one moment.
 *
 * @param name of the pool
 * @param capacityBytes the most that regions may take
 * @param limitBytes the lower limit that is set, or the capacity
 * @param residentBytes of the pool's pages, as the operating system counts; -1 if it does not
 * @param policy that is set
 * @param statistics its own
 */
public record PoolFigures(
        String name,
        long capacityBytes,
        long limitBytes,
        long residentBytes,
        FitPolicy policy,
        PoolStatistics statistics) {}
