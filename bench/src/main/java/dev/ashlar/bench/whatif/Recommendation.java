package dev.ashlar.bench.whatif;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;

/**
 * Which setting to take, and why: a pure function of the rows.
 *
 * <p>Of the settings that are within 5 % of the best in what is favoured, the one that is best in the other. Settings that are within 2 % of that one in the other count as
 * equal, as a repetition might exchange them; then the default is taken, if it is among them, so that nothing is changed for nothing.
 *
 * @param setting to take
 * @param text it, and the reason
 */
public record Recommendation(Setting setting, String text) {
    private static final double CLOSE = 1.05;
    private static final double EQUAL = 1.02;
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
        ToDoubleFunction<WhatIfRow> first =
                favour == Favour.MEMORY ? Recommendation::footprint : WhatIfRow::nanosPerEvent;
        ToDoubleFunction<WhatIfRow> second =
                favour == Favour.MEMORY ? WhatIfRow::nanosPerEvent : Recommendation::footprint;
        List<WhatIfRow> close = within(CLOSE, done, first);
        WhatIfRow chosen = within(EQUAL, close, second).stream()
                .min(Comparator.comparingInt(Recommendation::distanceFromDefault)
                        .thenComparingDouble(second))
                .orElseThrow();
        return Optional.of(new Recommendation(chosen.setting(), text(chosen, done, favour)));
    }

    private static double footprint(WhatIfRow row) {
        return row.footprintBytes();
    }

    /** Those that are at most so many times the best. */
    private static List<WhatIfRow> within(double factor, List<WhatIfRow> rows, ToDoubleFunction<WhatIfRow> figure) {
        double limit = factor * figure.applyAsDouble(best(rows, figure));
        return rows.stream().filter(row -> figure.applyAsDouble(row) <= limit).toList();
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
                        alternative(chosen, favour == Favour.MEMORY ? fastest : smallest));
    }

    private static String footprintReason(WhatIfRow chosen, WhatIfRow smallest) {
        double factor = footprint(chosen) / footprint(smallest);
        return factor <= 1
                ? "the smallest footprint"
                : "a footprint within " + percent(factor) + " of the smallest (" + smallest.setting() + ")";
    }

    private static String speedReason(WhatIfRow chosen, WhatIfRow fastest) {
        double factor = chosen.nanosPerEvent() / fastest.nanosPerEvent();
        return factor <= 1
                ? "the fastest"
                : "a time within " + percent(factor) + " of the fastest (" + fastest.setting() + ")";
    }

    /** What would be had for the other price, if that is much. */
    private static String alternative(WhatIfRow chosen, WhatIfRow other) {
        double footprint = footprint(other) / footprint(chosen);
        double time = other.nanosPerEvent() / chosen.nanosPerEvent();
        if (time < 1 / CLOSE) {
            return " With %s it would be %s x faster, and take %s x as much.".formatted(
                    other.setting(), ratio(1 / time), ratio(footprint));
        }
        if (footprint < 1 / CLOSE) {
            return " With %s it would take %s x as much, and be %s x slower.".formatted(
                    other.setting(), ratio(footprint), ratio(time));
        }
        return "";
    }

    /** How far above 1, rounded up, as it is said of a limit. */
    private static String percent(double factor) {
        return String.format(Locale.ROOT, "%.0f %%", Math.ceil((factor - 1) * 100));
    }

    private static String ratio(double factor) {
        return String.format(Locale.ROOT, "%.2f", factor);
    }
}
