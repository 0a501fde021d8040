package dev.ashlar.metrics;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.WeakHashMap;

import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.BudgetStatistics;

/**
 * Sums up the figures of open budgets by name.
 *
 * <p>Refusals are a counter, which must not fall when one of several budgets of a name is closed, nor when another takes its name between two readings: what
 * came on top since the last reading is added, budget by budget. Budgets are held weakly, as they refer to their pool. Not thread-safe.
 */
final class BudgetLedger {
    private final Map<Budget, Long> seen = new WeakHashMap<>();
    private final Map<String, Long> refusals = new HashMap<>();

    /** The figures by name. A name that none has any more is forgotten. */
    Map<String, BudgetStatistics> read(Collection<Budget> open) {
        Map<String, BudgetStatistics> byName = new TreeMap<>();
        for (Budget budget : open) {
            BudgetStatistics now = budget.statistics();
            long more = now.refusals() - seen.getOrDefault(budget, 0L);
            seen.put(budget, now.refusals());
            refusals.merge(budget.name(), Math.max(0, more), Long::sum);
            byName.merge(budget.name(), now, BudgetLedger::plus);
        }
        refusals.keySet().retainAll(byName.keySet());
        byName.replaceAll((name, sum) -> withRefusals(sum, refusals.getOrDefault(name, 0L)));
        return byName;
    }

    private static BudgetStatistics plus(BudgetStatistics a, BudgetStatistics b) {
        return new BudgetStatistics(
                saturatedSum(a.limitBytes(), b.limitBytes()),
                a.reservedBytes() + b.reservedBytes(),
                a.liveBytes() + b.liveBytes(),
                a.peakBytes() + b.peakBytes(),
                a.liveBlocks() + b.liveBlocks(),
                0);
    }

    /** No limit is {@link Long#MAX_VALUE}. */
    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    private static BudgetStatistics withRefusals(BudgetStatistics sum, long refusals) {
        return new BudgetStatistics(
                sum.limitBytes(), sum.reservedBytes(), sum.liveBytes(), sum.peakBytes(), sum.liveBlocks(), refusals);
    }
}
