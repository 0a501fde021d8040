package dev.ashlar.doctor;

import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.BudgetStatistics;

/**
 * A budget as the doctor sees it.
 *
 * @param name with its parents' before it, separated by slashes
 * @param parent the parent's name, written so; empty for a part of the pool
 * @param statistics its figures
 */
public record BudgetState(String name, String parent, BudgetStatistics statistics) {
    /** Of a live budget. */
    public static BudgetState of(Budget budget) {
        Budget parent = budget.parent();
        return new BudgetState(budget.name(), parent == null ? "" : parent.name(), budget.statistics());
    }

    /** What it has of its parent's limit: used, or kept for it. */
    long takenBytes() {
        return Math.max(statistics.liveBytes(), statistics.reservedBytes());
    }
}
