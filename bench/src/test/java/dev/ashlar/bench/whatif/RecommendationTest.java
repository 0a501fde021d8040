package dev.ashlar.bench.whatif;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.replay.SettingTrials.Trial;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What is recommended, and how that is said: by table. */
class RecommendationTest {
    private static final List<FitPolicy> POLICIES =
            List.of(FitPolicy.SEGREGATED_FIT, FitPolicy.BEST_FIT, FitPolicy.FIRST_FIT);

    private static WhatIfRow row(Setting setting, long mib, double nanos) {
        return new WhatIfRow(setting, new Trial(nanos, nanos, mib << 20, mib << 20, List.of()), null);
    }

    private static Setting setting(AllocatorKind allocator, FitPolicy policy, Coalescing coalescing) {
        return new Setting(allocator, policy, coalescing);
    }

    /** Footprint and time of segregated, best and first. */
    @ParameterizedTest
    @CsvSource({
        // All are equal, or nearly: nothing is changed.
        "100, 10, 100, 10, 100, 10,  FOOTPRINT, SEGREGATED_FIT",
        "100, 10, 100, 10, 100, 10,  SPEED,  SEGREGATED_FIT",
        "100, 10,  99, 10, 101, 9.9, FOOTPRINT, SEGREGATED_FIT",
        // Better in both.
        "100, 10,  80,  8, 120, 12,  FOOTPRINT, BEST_FIT",
        "100, 10,  80,  8, 120, 12,  SPEED,  BEST_FIT",
        // 10 % of memory for 20 % of time, and for 50 %.
        "100, 10,  90, 12, 100, 10,  FOOTPRINT, BEST_FIT",
        "100, 10,  90, 15, 100, 10,  FOOTPRINT, SEGREGATED_FIT",
        // A little memory is no reason for four times the time.
        "115, 10, 100, 44, 116, 11,  FOOTPRINT, SEGREGATED_FIT",
        // 10 % of time for 20 % of memory, and for 50 %.
        "100, 10, 120,  9, 100, 10,  SPEED,  BEST_FIT",
        "100, 10, 150,  9, 100, 10,  SPEED,  SEGREGATED_FIT",
    })
    void of_figures_takesTheLeastProduct(
            long mib1, double nanos1, long mib2, double nanos2, long mib3, double nanos3, Favour favour,
            FitPolicy policy) {
        long[] mibs = {mib1, mib2, mib3};
        double[] nanos = {nanos1, nanos2, nanos3};
        List<WhatIfRow> rows = new ArrayList<>();
        for (int i = 0; i < mibs.length; i++) {
            rows.add(row(
                    setting(AllocatorKind.ASHLAR, POLICIES.get(i), Coalescing.DEFERRED), mibs[i], nanos[i]));
        }
        Optional<FitPolicy> found =
                Recommendation.of(rows, favour).map(recommendation -> recommendation.setting().policy());
        assertEquals(Optional.of(policy), found);
        assertEquals(
                found,
                Recommendation.of(rows.reversed(), favour).map(recommendation -> recommendation.setting().policy()));
    }

    @Test
    void of_equalModes_takesTheAllocatorsOwn() {
        for (AllocatorKind allocator : List.of(AllocatorKind.ASHLAR, AllocatorKind.HEAP)) {
            List<WhatIfRow> rows = new ArrayList<>();
            for (Coalescing coalescing : Coalescing.values()) {
                rows.add(row(setting(allocator, FitPolicy.SEGREGATED_FIT, coalescing), 100, 10));
            }
            assertEquals(
                    Optional.of(allocator == AllocatorKind.HEAP ? Coalescing.IMMEDIATE : Coalescing.DEFERRED),
                    Recommendation.of(rows, Favour.FOOTPRINT).map(found -> found.setting().coalescing()));
        }
    }

    @Test
    void of_fewerThanTwoThatSucceeded_recommendsNothing() {
        Setting one = setting(AllocatorKind.ASHLAR, FitPolicy.BEST_FIT, Coalescing.DEFERRED);
        Setting other = setting(AllocatorKind.ASHLAR, FitPolicy.FIRST_FIT, Coalescing.DEFERRED);
        assertEquals(Optional.empty(), Recommendation.of(List.of(), Favour.FOOTPRINT));
        assertEquals(
                Optional.empty(),
                Recommendation.of(List.of(row(one, 1, 1), new WhatIfRow(other, null, "no memory")), Favour.FOOTPRINT));
    }

    @Test
    void text_saysSettingAndReason() {
        WhatIfRow segregated =
                row(setting(AllocatorKind.ASHLAR, FitPolicy.SEGREGATED_FIT, Coalescing.DEFERRED), 101, 10);
        WhatIfRow best = row(setting(AllocatorKind.ASHLAR, FitPolicy.BEST_FIT, Coalescing.DEFERRED), 100, 18);
        WhatIfRow worst = row(setting(AllocatorKind.ASHLAR, FitPolicy.WORST_FIT, Coalescing.DEFERRED), 200, 5);
        assertEquals(
                Optional.of(
                        "pool: segregated, deferred (the default): a footprint within 1 % of the smallest (best, deferred)"
                                + " and the fastest."),
                Recommendation.of(List.of(segregated, best), Favour.FOOTPRINT).map(Recommendation::text));
        assertEquals(
                Optional.of(
                        "pool: segregated, deferred (the default): a footprint within 1 % of the smallest (best, deferred)"
                                + " and a time 2.00 x the fastest (worst, deferred). With worst, deferred it would take 0.50 x the time"
                                + " and 1.98 x the memory."),
                Recommendation.of(List.of(segregated, best, worst), Favour.FOOTPRINT).map(Recommendation::text));
        assertEquals(
                Optional.of(
                        "pool: worst, deferred: a footprint 2.00 x the smallest (best, deferred) and the fastest. With best,"
                                + " deferred it would take 3.60 x the time and 0.50 x the memory."),
                Recommendation.of(List.of(best, worst), Favour.SPEED).map(Recommendation::text));
    }
}
