package dev.ashlar.bench.whatif;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;

/**
 * Which setting to take, and why: a pure function of the rows.
 *
 * <p>Taken is the least {@code footprint^3 x time}, or, where speed is favoured, {@code footprint x time^3}: one percent of what is favoured is worth three of the other.
 * Settings whose product is within 5 % of the least count as equal, as a repetition might exchange them; of these the one is taken that is nearest to the default, so that
 * nothing is changed for nothing.
 *
 * @param setting to take
 * @param text it, and the reason
 */
public record Recommendation(Setting setting, String text) {
    private static final double EQUAL = 1.05;
    private static final double WORTH_MENTIONING = 1.1;
    private static final double LITTLE = 1.5;
    private static final int WEIGHT = 3;

    /** What a quotient of whole numbers may be off. */
    private static final double ROUNDING = 1e-6;

    private static final FitPolicy DEFAULT_POLICY = FitPolicy.SEGREGATED_FIT;

    /**
     * Recommends one of the settings of one allocator.
     *
     * @param rows of that allocator
     * @param favour what counts more
     * @return nothing if none succeeded, or there was no choice
     */
    public static Optional<Recommendation> of(List<WhatIfRow> rows, Favour favour) {
        List<WhatIfRow> done = rows.stream().filter(row -> row.failure() == null).toList();
        if (done.size() < 2) {
            return Optional.empty();
        }
        ToDoubleFunction<WhatIfRow> cost = favour == Favour.FOOTPRINT
                ? row -> Math.pow(footprint(row), WEIGHT) * row.nanosPerEvent()
                : row -> footprint(row) * Math.pow(row.nanosPerEvent(), WEIGHT);
        double limit = EQUAL * cost.applyAsDouble(best(done, cost));
        WhatIfRow chosen = done.stream()
                .filter(row -> cost.applyAsDouble(row) <= limit)
                .min(Comparator.comparingInt(Recommendation::distanceFromDefault).thenComparingDouble(cost))
                .orElseThrow();
        return Optional.of(new Recommendation(chosen.setting(), text(chosen, done, favour)));
    }

    private static double footprint(WhatIfRow row) {
        return row.footprintBytes();
    }

    private static WhatIfRow best(List<WhatIfRow> rows, ToDoubleFunction<WhatIfRow> figure) {
        return rows.stream().min(Comparator.comparingDouble(figure)).orElseThrow();
    }

    private static int distanceFromDefault(WhatIfRow row) {
        Setting setting = row.setting();
        boolean isDefaultCoalescing = setting.coalescing() == defaultCoalescing(setting);
        return (setting.policy() == DEFAULT_POLICY ? 0 : 1) + (isDefaultCoalescing ? 0 : 2);
    }

    private static Coalescing defaultCoalescing(Setting setting) {
        return setting.family().equals("pool") ? Coalescing.DEFERRED : Coalescing.IMMEDIATE;
    }

    private static String text(WhatIfRow chosen, List<WhatIfRow> rows, Favour favour) {
        WhatIfRow smallest = best(rows, Recommendation::footprint);
        WhatIfRow fastest = best(rows, WhatIfRow::nanosPerEvent);
        boolean isDefault = distanceFromDefault(chosen) == 0;
        return "%s: %s%s: %s and %s.%s"
                .formatted(
                        chosen.setting().family(),
                        chosen.setting(),
                        isDefault ? " (the default)" : "",
                        footprintReason(chosen, smallest),
                        speedReason(chosen, fastest),
                        alternative(chosen, favour == Favour.FOOTPRINT ? fastest : smallest));
    }

    private static String footprintReason(WhatIfRow chosen, WhatIfRow smallest) {
        double factor = footprint(chosen) / footprint(smallest);
        return factor <= 1
                ? "the smallest footprint"
                : "a footprint " + above(factor) + " the smallest (" + smallest.setting() + ")";
    }

    private static String speedReason(WhatIfRow chosen, WhatIfRow fastest) {
        double factor = chosen.nanosPerEvent() / fastest.nanosPerEvent();
        return factor <= 1 ? "the fastest" : "a time " + above(factor) + " the fastest (" + fastest.setting() + ")";
    }

    /** What would be had for the other price, if that is much. */
    private static String alternative(WhatIfRow chosen, WhatIfRow other) {
        double footprint = footprint(other) / footprint(chosen);
        double time = other.nanosPerEvent() / chosen.nanosPerEvent();
        if (time < 1 / WORTH_MENTIONING || footprint < 1 / WORTH_MENTIONING) {
            return " With %s it would take %s x the time and %s x the memory."
                    .formatted(other.setting(), ratio(time), ratio(footprint));
        }
        return "";
    }

    /** How far above 1: in percent, rounded up, as it is said of a limit, or as a factor if that is much. */
    private static String above(double factor) {
        return factor < LITTLE
                ? String.format(Locale.ROOT, "within %.0f %% of", Math.ceil((factor - 1) * 100 - ROUNDING))
                : ratio(factor) + " x";
    }

    private static String ratio(double factor) {
        return String.format(Locale.ROOT, "%.2f", factor);
    }
}
