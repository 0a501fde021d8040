package dev.ashlar.metrics;

import java.util.Map;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arenas.BudgetStatistics;

/**
 * What meters read at one moment. Refers to no pool.
 *
 * @param nanos when, by the reader's clock
 * @param pool the pool's
 * @param movable of its movable blocks
 * @param arenas by number; empty if nobody wants them
 * @param budgets by name, summed up over those of one name; empty if nobody wants them
 */
record Figures(
        long nanos,
        PoolStatistics pool,
        MovableStatistics movable,
        Map<Integer, ArenaStatistics> arenas,
        Map<String, BudgetStatistics> budgets) {}
