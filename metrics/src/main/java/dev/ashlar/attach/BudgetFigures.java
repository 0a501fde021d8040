package dev.ashlar.attach;

import dev.ashlar.arenas.BudgetStatistics;
import org.jspecify.annotations.Nullable;

/**
 * An open budget.
 *
 * @param name which other budgets may have, too
 * @param parent the name of the budget that it is a part of, or null if it is the pool's
 * @param statistics its own
 */
public record BudgetFigures(String name, @Nullable String parent, BudgetStatistics statistics) {}
