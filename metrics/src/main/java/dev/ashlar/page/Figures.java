package dev.ashlar.page;

import java.util.List;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.PoolStatistics;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.doctor.BudgetState;
import dev.ashlar.doctor.Finding;

/**
 * All that the page shows beside the map, at one moment.
 *
 * @param settings of the pool
 * @param point for the curves
 * @param statistics the pool's
 * @param arenas each one's
 * @param budgets the open ones, by name
 * @param sizeClasses what fragmentation costs requests, from the last walk
 * @param runs the last defragmentations, the newest first
 * @param findings the doctor's, the worst first
 */
record Figures(
        Settings settings,
        FigurePoint point,
        PoolStatistics statistics,
        List<ArenaStatistics> arenas,
        List<BudgetState> budgets,
        List<SizeClassFragmentation> sizeClasses,
        List<RunFigures> runs,
        List<Finding> findings) {
    /**
     * How the pool is set up.
     *
     * @param pool its name
     * @param policy that is set
     * @param coalescing how it merges
     * @param hardened whether it is
     * @param regionBytes of a region
     * @param intervalMillis after which there are new figures
     */
    record Settings(
            String pool,
            FitPolicy policy,
            Coalescing coalescing,
            boolean hardened,
            long regionBytes,
            long intervalMillis) {}
}
