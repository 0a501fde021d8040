package dev.ashlar.defrag;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStep;
import dev.ashlar.LockSlices;
import dev.ashlar.defrag.MovableFigures.LastPass;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The policy as tables, and as sequences of passes over figures that are made up. */
class CompactionPolicyTest {
    private static final long NEVER_BEFORE = Long.MAX_VALUE;
    private static final CompactionSettings COMPACTION =
            new CompactionSettings(0.5, 0.9, 100, 1000, Duration.ofNanos(10), Duration.ofNanos(100));
    private static final DefragSettings SETTINGS =
            DefragSettings.ofDefaults().withFreeShare(0.3).withCompaction(COMPACTION);

    @ParameterizedTest
    @CsvSource({
        // committed, free, largest; due
        "   0,    0,   0, false",
        "1000,    0,   0, false",
        "1000,  500, 500, true",
        "1000,  499, 499, false",
        "1000,  500,   1, true",
        "1000,  300,  30, true",
        "1000,  299,  29, false",
        "1000,  300,  31, false",
        " 180,  100, 100, true",
        " 180,   99,  99, false",
        "1000, 1000,   1, true"
    })
    void firstPass_isDueWhenItIsWorthIt(long committed, long free, long largest, boolean due) {
        MovableFigures figures = new MovableFigures(committed, free, largest, 0, LastPass.NONE, NEVER_BEFORE);
        assertEquals(due, CompactionPolicy.isDue(figures, SETTINGS));
    }

    @ParameterizedTest
    @CsvSource({
        // vain, free that it left, pins then, cut; free, pins now; wait
        "0, 600, 0, false, 600, 0,  10",
        "1, 600, 0, false, 600, 0,  20",
        "2, 600, 0, false, 600, 0,  40",
        "3, 600, 0, false, 600, 0,  80",
        "4, 600, 0, false, 600, 0, 100",
        "62, 600, 0, false, 600, 0, 100",
        // cut short: it goes on at once if that gained something
        "0, 600, 0, true,  600, 0,   0",
        "2, 600, 0, true,  600, 0,  40",
        // the evidence has changed: enough more is free
        "4, 600, 0, false, 699, 0, 100",
        "4, 600, 0, false, 700, 0,  10",
        "4, 600, 0, false, 100, 0, 100",
        // or half of the pins are gone
        "4, 600, 9, false, 600, 5, 100",
        "4, 600, 9, false, 600, 4,  10",
        "4, 600, 1, false, 600, 0,  10",
        "4, 600, 0, false, 600, 0, 100"
    })
    void wait_doublesWithPassesInVain_untilTheEvidenceChanges(
            int vain, long left, long pinsThen, boolean cut, long free, long pins, long wait) {
        LastPass last = new LastPass(vain, left, pinsThen, cut);
        MovableFigures figures = new MovableFigures(1000, free, free, pins, last, 0);
        assertEquals(wait, CompactionPolicy.waitNanos(figures, COMPACTION));
        if (free >= 500) {
            assertTrue(CompactionPolicy.isDue(after(figures, wait), SETTINGS));
            assertEquals(wait == 0, CompactionPolicy.isDue(after(figures, wait - 1), SETTINGS));
        }
    }

    private static MovableFigures after(MovableFigures now, long since) {
        return new MovableFigures(
                now.committedBytes(),
                now.freeBytes(),
                now.largestFreeBytes(),
                now.pins(),
                now.last(),
                Math.max(0, since));
    }

    @ParameterizedTest
    @CsvSource({
        // vain before, released, purged, complete, kept regions; vain, pins, cut
        "3, 100,  0, true,  0, 0, 0, false",
        "3,  50, 50, false, 2, 0, 7, true",
        "3,  50, 49, true,  0, 4, 0, false",
        "0,   0,  0, true,  1, 1, 7, false",
        "62,  0,  0, false, 1, 62, 7, true"
    })
    void after_isWhatCameOfThePass(
            int vain, long released, long purged, boolean complete, int kept, int vainNow, long pins, boolean cut) {
        MovableFigures before = new MovableFigures(1000, 600, 600, 7, new LastPass(vain, 600, 0, false), 0);
        LastPass last = CompactionPolicy.after(before, report(released, purged, complete, kept), 555, COMPACTION);
        assertEquals(new LastPass(vainNow, 555, pins, cut), last);
    }

    @Test
    void after_aPassThatFailed_isInVain() {
        MovableFigures before = new MovableFigures(1000, 600, 600, 7, LastPass.NONE, NEVER_BEFORE);
        assertEquals(new LastPass(1, 600, 0, true), CompactionPolicy.after(before, null, 600, COMPACTION));
        assertEquals(20, CompactionPolicy.waitNanos(after(withLast(before, 1), 0), COMPACTION));
    }

    private static MovableFigures withLast(MovableFigures now, int vain) {
        return new MovableFigures(
                now.committedBytes(), now.freeBytes(), now.largestFreeBytes(), now.pins(),
                new LastPass(vain, now.freeBytes(), 0, true), 0);
    }

    /** Looked at every nanosecond: the moments of the passes are those of the doubling, and no others. */
    @Test
    void passesInVain_areFewerAndFewer() {
        Looks looks = new Looks(null);
        looks.until(1000);
        assertEquals(List.of(0L, 20L, 60L, 140L, 240L, 340L, 440L, 540L, 640L, 740L, 840L, 940L), looks.moments);
    }

    /** More and more is free, and nothing can be gained: passes in vain are as close as the back-off, and no closer. */
    @Test
    void passesInVain_withEvidenceThatChangesAllTheTime_keepTheBackOff() {
        Looks looks = new Looks(report(0, 0, true, 1));
        for (int i = 0; i < 1000; i++) {
            looks.free += 100;
            looks.until(looks.now + 1);
        }
        assertEquals(100, looks.moments.size(), looks.moments::toString);
        for (int i = 1; i < looks.moments.size(); i++) {
            assertTrue(looks.moments.get(i) - looks.moments.get(i - 1) >= 10, looks.moments::toString);
        }
    }

    /** A pass that gained enough and was cut short goes on at the next look. */
    @Test
    void passesThatAreCutShort_goOn() {
        Looks looks = new Looks(report(100, 0, false, 0));
        looks.until(5);
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), looks.moments);
    }

    /** A worker that looks each nanosecond. */
    private static final class Looks {
        final @Nullable CompactionReport each;
        final List<Long> moments = new ArrayList<>();
        LastPass last = LastPass.NONE;
        long free = 600;
        long now;

        Looks(@Nullable CompactionReport each) {
            this.each = each;
        }

        void until(long end) {
            for (; now < end; now++) {
                long since = moments.isEmpty() ? NEVER_BEFORE : now - moments.getLast();
                MovableFigures figures = new MovableFigures(1000, free, free, 0, last, since);
                if (CompactionPolicy.isDue(figures, SETTINGS)) {
                    moments.add(now);
                    last = CompactionPolicy.after(figures, each, free, COMPACTION);
                }
            }
        }
    }

    @Test
    void settings_never_isNeverDue() {
        MovableFigures figures =
                new MovableFigures(1L << 40, 1L << 40, 1, 0, LastPass.NONE, NEVER_BEFORE);
        assertTrue(CompactionPolicy.isDue(figures, DefragSettings.ofDefaults()));
        assertFalse(CompactionPolicy.isDue(
                figures, DefragSettings.ofDefaults().withCompaction(CompactionSettings.never())));
        DefragFigures all = new DefragFigures(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, figures);
        assertEquals(List.of(DefragStep.COMPACT), List.copyOf(DefragPolicy.due(all, DefragSettings.ofDefaults())));
    }

    @Test
    void settings_outOfRange_areRefused() {
        CompactionSettings sound = CompactionSettings.ofDefaults();
        assertRefused("unusedShare: -0.1", () -> sound.withUnusedShare(-0.1));
        assertRefused("fragmentation: NaN", () -> sound.withFragmentation(Double.NaN));
        assertRefused("leastGain: 0", () -> sound.withLeastGain(0));
        assertRefused("passBytes: 0", () -> sound.withPassBytes(0));
        assertRefused("backOff: PT-1S", () -> sound.withBackOff(Duration.ofSeconds(-1), Duration.ofSeconds(1)));
        assertRefused("longestBackOff: PT1S", () -> sound.withBackOff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        assertRefused("longestBackOff: PT25H", () -> sound.withBackOff(Duration.ZERO, Duration.ofHours(25)));
    }

    private static void assertRefused(String begin, Runnable action) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, action::run);
        assertTrue(String.valueOf(e.getMessage()).startsWith(begin), e::getMessage);
    }

    private static CompactionReport report(long released, long purged, boolean complete, int kept) {
        return new CompactionReport(
                complete, 0, 0, 0, 0, released, purged, 0, kept, 0, kept, 0, 0, 0, 0, 0, LockSlices.NONE);
    }
}
