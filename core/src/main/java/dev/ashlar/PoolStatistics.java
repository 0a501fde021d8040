package dev.ashlar;

import java.io.Serializable;
import java.util.Map;

/**
 * A pool's figures at one moment. Bytes and blocks in {@link #memory} are exact when no thread allocates or frees; while threads do,
 * each arena's are exact and what caches hold is a moment old. Counters count from the pool's beginning.
 *
 * @param memory bytes and blocks; a cell counts as a block, and {@code pendingBytes} are those in caches and queues
 * @param arenas how many arenas there are
 * @param fencedArenas how many of them serve nothing, as damage was found
 * @param caches how many threads have a cache
 * @param cachedBytes usable bytes in caches
 * @param cacheLimitBytes what caches may hold by the limits they have now
 * @param queuedBytes usable bytes on the way back to their arenas
 * @param slabs how many blocks are slabs
 * @param refills how often a cache got cells from an arena
 * @param cells how many cells left their slabs
 * @param blocks how many blocks were carved out of free blocks for callers
 * @param steals how often another arena served a request
 * @param reclaims how often all that was pending was taken back for a request
 * @param failures how many requests failed for want of memory, budgets' refusals not among them
 * @param waits how many requests waited
 * @param waitedNanos how long, in sum
 * @param waiting how many wait now
 * @param pressureCalls how often a pressure callback was called
 * @param pressureFailures how often it threw
 * @param doubleFrees how many cells came back to a slab that had them already
 * @param failedReleases how often the operating system refused to take memory back
 * @param defragmentation what the worker did
 * @param limitBytes the most that regions may take now; the capacity, or less
 * @param allocations how many requests were served, by where the memory came from
 * @param allocatedBytes usable bytes of all blocks that were ever handed out, and what live ones gained by being resized
 * @param freedBytes of those, what is not live any more
 * @param localFrees how many blocks were freed, but for {@code remoteFrees}
 * @param remoteFrees how many cells went back over an arena's queue, and not at once into its slabs or a cache for good
 * @param failuresByCause how many requests failed, by cause: all causes, budgets' refusals among them
 * @param policySwitches how often the adaptive policy changed the one in force
 * @param leaks how many views and confined arenas were found that nobody can close any more, and budgets that were closed while blocks of them were live
 */
public record PoolStatistics(
        HeapStatistics memory,
        int arenas,
        int fencedArenas,
        int caches,
        long cachedBytes,
        long cacheLimitBytes,
        long queuedBytes,
        long slabs,
        long refills,
        long cells,
        long blocks,
        long steals,
        long reclaims,
        long failures,
        long waits,
        long waitedNanos,
        int waiting,
        long pressureCalls,
        long pressureFailures,
        long doubleFrees,
        long failedReleases,
        DefragStatistics defragmentation,
        long limitBytes,
        AllocationCounts allocations,
        long allocatedBytes,
        long freedBytes,
        long localFrees,
        long remoteFrees,
        Map<PoolExhaustedException.Cause, Long> failuresByCause,
        long policySwitches,
        long leaks)
        implements
            Serializable {
    /** An unmodifiable copy of the map. */
    public PoolStatistics {
        failuresByCause = Map.copyOf(failuresByCause);
    }
}
