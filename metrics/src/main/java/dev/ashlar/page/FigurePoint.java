package dev.ashlar.page;

import dev.ashlar.AllocationCounts;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolStatistics;

/**
 * What curves are drawn from: some of a pool's figures at one moment.
 *
 * @param timeMillis since 1970
 * @param live bytes
 * @param pending bytes
 * @param free bytes
 * @param committed bytes
 * @param resident bytes, as last measured; -1 if the system does not tell
 * @param fragmentation 0 to 1
 * @param allocations served since the pool's beginning, by path
 */
record FigurePoint(
        long timeMillis,
        long live,
        long pending,
        long free,
        long committed,
        long resident,
        double fragmentation,
        AllocationCounts allocations) {
    static FigurePoint of(long timeMillis, PoolStatistics statistics, long resident) {
        HeapStatistics memory = statistics.memory();
        return new FigurePoint(
                timeMillis,
                memory.liveBytes(),
                memory.pendingBytes(),
                memory.freeBytes(),
                memory.committedBytes(),
                resident,
                memory.fragmentation(),
                statistics.allocations());
    }
}
