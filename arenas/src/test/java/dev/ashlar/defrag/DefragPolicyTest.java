package dev.ashlar.defrag;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStep;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The policy as a table. */
class DefragPolicyTest {
    private static final DefragSettings SETTINGS = new DefragSettings(
            Duration.ofSeconds(10), Duration.ofNanos(100_000), 0.5, 0.2, 0.3, Duration.ofNanos(1000),
            CompactionSettings.ofDefaults());

    @ParameterizedTest(name = "{index} {10}")
    @CsvSource({
        // committed, free, fragmentation, cached, queued, ended, empty, pages, regions, idle; due
        "1000,   0, 0.0,   0,   0, 0, 0, 0, 0,    0, ''",
        "   0,   0, 0.0,   0,   0, 0, 0, 0, 0, 9999, ''",
        "1000, 999, 0.9, 900,   0, 0, 0, 0, 0, 9999, ''",
        "1000,   0, 0.0,   0,   1, 0, 0, 0, 0,    0, DRAIN_QUEUES",
        "1000,   0, 0.0,   0,   0, 1, 0, 0, 0,    0, TAKE_BACK_CACHES",
        "1000,   0, 0.0,   0,   0, 0, 0, 1, 0,    0, PURGE",
        "1000,   0, 0.0,   0,   0, 0, 0, 0, 1,    0, RELEASE",
        "1000, 300, 0.5,   0,   0, 0, 1, 0, 0,    0, COALESCE",
        "1000, 299, 0.5,   0,   0, 0, 1, 0, 0,    0, ''",
        "1000, 300, 0.4,   0,   0, 0, 1, 0, 0,    0, ''",
        "1000,   0, 0.0, 200,   0, 0, 1, 0, 0,    0, COALESCE",
        "1000,   0, 0.0, 199,   0, 0, 1, 0, 0,    0, ''",
        "1000,   0, 0.0, 100, 100, 0, 1, 0, 0,    0, DRAIN_QUEUES COALESCE",
        "1000,   0, 0.0,   0,   0, 0, 1, 0, 0, 1000, COALESCE",
        "1000,   0, 0.0,   0,   0, 0, 1, 0, 0,  999, ''",
        "1000, 999, 0.9, 999, 999, 9, 9, 9, 9, 9999, DRAIN_QUEUES TAKE_BACK_CACHES COALESCE PURGE RELEASE"
    })
    void due_isWhatTheFiguresSay(
            long committed,
            long free,
            double fragmentation,
            long cached,
            long queued,
            int ended,
            long empty,
            long pages,
            long regions,
            long idle,
            String due) {
        Set<DefragStep> expected = EnumSet.noneOf(DefragStep.class);
        Arrays.stream(due.split(" ", -1)).filter(step -> !step.isEmpty()).map(DefragStep::valueOf)
                .forEach(expected::add);
        DefragFigures figures = new DefragFigures(
                committed, free, fragmentation, cached, queued, ended, empty, pages, regions, idle,
                MovableFigures.NONE);
        assertEquals(expected, DefragPolicy.due(figures, SETTINGS));
    }
}
