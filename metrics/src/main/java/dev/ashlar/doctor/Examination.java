package dev.ashlar.doctor;

import java.util.List;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.DefragSettings;
import dev.ashlar.PoolStatistics;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.sites.Site;

/**
 * All that the doctor looks at: values alone, so that they may come from another process.
 *
 * @param pool its name
 * @param pid of its process, for the commands that findings name
 * @param statistics of the pool
 * @param arenas each arena's
 * @param budgets the open ones
 * @param settings that its worker goes by
 * @param sizeClasses what fragmentation costs requests; empty if nobody looked
 * @param sites which hold live bytes, the most first; empty if nothing was sampled
 */
public record Examination(
        String pool,
        long pid,
        PoolStatistics statistics,
        List<ArenaStatistics> arenas,
        List<BudgetState> budgets,
        DefragSettings settings,
        List<SizeClassFragmentation> sizeClasses,
        List<Site> sites) {
    /** Unmodifiable copies of the lists. */
    public Examination {
        arenas = List.copyOf(arenas);
        budgets = List.copyOf(budgets);
        sizeClasses = List.copyOf(sizeClasses);
        sites = List.copyOf(sites);
    }

    /**
     * Of a pool of this process, without sites. O(blocks), as each arena's free blocks are looked at under its lock.
     *
     * @throws IllegalStateException if it is closed
     */
    public static Examination of(MemoryPool pool) {
        return new Examination(
                pool.name(),
                ProcessHandle.current().pid(),
                pool.statistics(),
                pool.arenaStatistics(),
                pool.budgets().stream().map(BudgetState::of).toList(),
                pool.defragSettings(),
                pool.fragmentationBySizeClass(),
                List.of());
    }

    /** The same with the sites of a recording. */
    public Examination withSites(List<Site> newSites) {
        return new Examination(pool, pid, statistics, arenas, budgets, settings, sizeClasses, newSites);
    }
}
