package dev.ashlar.defrag;

import java.util.EnumSet;
import java.util.Set;

import dev.ashlar.DefragSettings;
import dev.ashlar.DefragStep;

/**
 * Which steps are due, as a function of figures and thresholds, and of nothing else:
 *
 * <pre>{@code
 *     DRAIN_QUEUES       something waits in a queue
 *     TAKE_BACK_CACHES   a thread that had a cache has ended
 *     COALESCE           an arena keeps empty slabs, and one of these
 *                          fragmentation and the share of free memory have reached their thresholds
 *                          the share of pending memory has
 *                          no request has reached an arena for the idle time
 *     COMPACT            enough is unused in regions of movable blocks, and the last pass long enough ago: CompactionPolicy
 *     PURGE              more pages are dirty than decay lets stay
 *     RELEASE            more regions are wholly free than decay lets stay
 * }</pre>
 */
public final class DefragPolicy {
    private DefragPolicy() {}

    /** The steps that are due. */
    public static Set<DefragStep> due(DefragFigures figures, DefragSettings settings) {
        Set<DefragStep> due = EnumSet.noneOf(DefragStep.class);
        if (figures.queuedBytes() > 0) {
            due.add(DefragStep.DRAIN_QUEUES);
        }
        if (figures.endedCaches() > 0) {
            due.add(DefragStep.TAKE_BACK_CACHES);
        }
        if (figures.emptySlabs() > 0 && isWorthMerging(figures, settings)) {
            due.add(DefragStep.COALESCE);
        }
        if (CompactionPolicy.isDue(figures.movables(), settings)) {
            due.add(DefragStep.COMPACT);
        }
        if (figures.dirtyPagesDue() > 0) {
            due.add(DefragStep.PURGE);
        }
        if (figures.regionsDue() > 0) {
            due.add(DefragStep.RELEASE);
        }
        return due;
    }

    private static boolean isWorthMerging(DefragFigures figures, DefragSettings settings) {
        double committed = Math.max(1, figures.committedBytes());
        boolean isFragmented = figures.fragmentation() >= settings.fragmentation()
                && figures.freeBytes() / committed >= settings.freeShare();
        long pending = figures.cachedBytes() + figures.queuedBytes();
        return isFragmented
                || pending / committed >= settings.pendingShare()
                || figures.idleNanos() >= Nanos.of(settings.idleTime());
    }
}
