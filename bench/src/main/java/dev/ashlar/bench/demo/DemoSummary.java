package dev.ashlar.bench.demo;

import java.util.Map;

import dev.ashlar.DefragStatistics;
import dev.ashlar.PoolExhaustedException;
import org.jspecify.annotations.Nullable;

/**
 * What a demo came to. Its components are the JSON's keys, which are documented in {@code docs/demo.md}.
 *
 * @param seconds how long it ran
 * @param capacityBytes of its pool
 * @param threads platform threads that worked
 * @param work what they did
 * @param refusals requests that the pool refused, by cause
 * @param defragmentation what the pool's worker did
 * @param liveBytes at the end
 * @param verified whether no block lost its contents, the pool is sound, and nothing is live
 * @param problem what is wrong if not, or null
 */
public record DemoSummary(
        double seconds,
        long capacityBytes,
        int threads,
        DemoStatistics work,
        Map<PoolExhaustedException.Cause, Long> refusals,
        DefragStatistics defragmentation,
        long liveBytes,
        boolean verified,
        @Nullable String problem) {
    /** An unmodifiable copy of the map. */
    public DemoSummary {
        refusals = Map.copyOf(refusals);
    }
}
