package dev.ashlar.defrag;

import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragSettings;
import dev.ashlar.defrag.MovableFigures.LastPass;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pass over the movable blocks is due, as a function of figures and thresholds, and of nothing else:
 *
 * <pre>{@code
 *     due         enough is unused, or scattered       CompactionSettings
 *                 and the wait after the last pass is over
 *
 *     wait        0                                    it was cut short, and gained enough
 *                 backOff x 2^vain, at most longest    else; vain: passes in a row that gained little
 *                 backOff                              those, but the evidence has changed since the last of them
 * }</pre>
 *
 * <p>What stands in the way of a pass, pins above all, can't be told from figures: only a pass in vain shows it. So there is a bound on how often passes
 * are made in vain, whatever the evidence: one each {@code backOff}.
 */
public final class CompactionPolicy {
    /** 2^62 nanoseconds are longer than any setting. */
    private static final int MOST_VAIN = 62;

    private CompactionPolicy() {}

    /** Whether a pass is due. */
    public static boolean isDue(MovableFigures now, DefragSettings settings) {
        return isWorthIt(now, settings) && now.sinceNanos() >= waitNanos(now, settings.compaction());
    }

    private static boolean isWorthIt(MovableFigures now, DefragSettings settings) {
        CompactionSettings thresholds = settings.compaction();
        if (now.freeBytes() < thresholds.leastGain()) {
            return false;
        }
        double unused = now.freeBytes() / (double) Math.max(1, now.committedBytes());
        boolean isScattered = now.fragmentation() >= thresholds.fragmentation() && unused >= settings.freeShare();
        return isScattered || unused >= thresholds.unusedShare();
    }

    /** How long after the last pass the next one may be made. */
    static long waitNanos(MovableFigures now, CompactionSettings settings) {
        LastPass last = now.last();
        if (last.cut() && last.vain() == 0) {
            return 0;
        }
        long longest = Nanos.of(settings.longestBackOff());
        long wait = Nanos.of(settings.backOff());
        for (int i = 0; i < vain(now, settings) && wait < longest; i++) {
            wait = Math.min(longest, 2 * wait);
        }
        return wait;
    }

    /** Passes in vain that still count. */
    private static int vain(MovableFigures now, CompactionSettings settings) {
        LastPass last = now.last();
        boolean hasMore = now.freeBytes() - last.freeBytes() >= settings.leastGain();
        boolean isFreer = last.pins() > 0 && now.pins() <= last.pins() / 2;
        return hasMore || isFreer ? 0 : last.vain();
    }

    /**
     * What came of a pass, for the next decision.
     *
     * @param before the figures that it began with
     * @param report null if it failed
     * @param freeBytes that are free after it
     */
    public static LastPass after(
            MovableFigures before, @Nullable CompactionReport report, long freeBytes, CompactionSettings settings) {
        int vain = gain(report) >= settings.leastGain() ? 0 : Math.min(MOST_VAIN, vain(before, settings) + 1);
        boolean isCut = report == null || !report.complete();
        boolean wasPinned = report != null && report.keptRegions() > 0;
        return new LastPass(vain, freeBytes, wasPinned ? before.pins() : 0, isCut);
    }

    /** Bytes that a pass gave back. */
    private static long gain(@Nullable CompactionReport report) {
        return report == null ? 0 : report.releasedBytes() + report.purgedBytes();
    }
}
