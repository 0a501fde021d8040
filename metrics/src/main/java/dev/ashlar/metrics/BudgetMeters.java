package dev.ashlar.metrics;

import dev.ashlar.arenas.BudgetStatistics;

/** The meters of the open budgets of one name. */
final class BudgetMeters {
    private static final String BYTES = "bytes";

    private BudgetMeters() {}

    static void bind(MeterGroup<BudgetStatistics> meters) {
        meters.gauge("ashlar.budget.limit", BYTES, "The most that live blocks may have", BudgetStatistics::limitBytes);
        meters.gauge("ashlar.budget.reserved", BYTES, "Of the parent's limit, what is kept for the budget",
                BudgetStatistics::reservedBytes);
        meters.gauge("ashlar.budget.live", BYTES, "Usable bytes of live blocks, and of open children",
                BudgetStatistics::liveBytes);
        meters.gauge("ashlar.budget.peak", BYTES, "The most that those have been", BudgetStatistics::peakBytes);
        meters.gauge("ashlar.budget.blocks", "blocks", "Live blocks of its own", BudgetStatistics::liveBlocks);
        meters.counter("ashlar.budget.refusals", "refusals", "Requests that its limit, or a parent's, refused",
                BudgetStatistics::refusals);
    }
}
