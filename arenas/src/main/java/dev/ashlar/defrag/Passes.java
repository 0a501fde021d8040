package dev.ashlar.defrag;

import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.defrag.MovableFigures.LastPass;
import org.jspecify.annotations.Nullable;

/** What came of the last pass over the movable blocks, and when. */
final class Passes {
    private final DefragSpace space;
    private LastPass last = LastPass.NONE;
    private long lastNanos;
    private boolean begun;

    Passes(DefragSpace space) {
        this.space = space;
    }

    /** The figures of this moment. */
    MovableFigures figures(long now) {
        DefragSpace.@Nullable Movables movables = space.movables();
        return movables == null
                ? MovableFigures.NONE
                : new MovableFigures(
                        movables.committedBytes(),
                        movables.freeBytes(),
                        movables.largestFreeBytes(),
                        movables.pins(),
                        last,
                        begun ? now - lastNanos : Long.MAX_VALUE);
    }

    /**
     * A pass has ended.
     *
     * @param before the figures that it began with
     * @param report null if it failed
     * @return whether it gained little
     */
    boolean ended(MovableFigures before, @Nullable CompactionReport report, CompactionSettings settings, long now) {
        DefragSpace.@Nullable Movables movables = space.movables();
        last = CompactionPolicy.after(before, report, movables == null ? 0 : movables.freeBytes(), settings);
        lastNanos = now;
        begun = true;
        return last.vain() > 0;
    }
}
