package dev.ashlar.defrag;

import dev.ashlar.CompactionReport;
import dev.ashlar.CompactionSettings;
import dev.ashlar.DefragStep;
import org.jspecify.annotations.Nullable;

/**
 * Empties regions of movable blocks: on demand all that can be, else as much as a pass on its own may move. A request that finds no room makes a pass of
 * its own, too.
 */
final class CompactMovables implements Step {
    @Override
    public DefragStep kind() {
        return DefragStep.COMPACT;
    }

    @Override
    public void run(DefragRun run) {
        if (!run.goesOn()) {
            return;
        }
        @Nullable
        CompactionReport report = null;
        try {
            report = run.space().compact(mostBytes(run), () -> !run.goesOn());
        } finally {
            learn(run, report);
        }
        if (report == null) {
            return;
        }
        run.moved(report.movedBytes());
        run.lockedElsewhere(report.locks());
        run.released(report.releasedBytes());
        run.purgedElsewhere(report.purgedBytes());
        if (report.failedPurges() > 0) {
            run.failed(this, DefragRun.NO_ARENA, new IllegalStateException(
                    "movable blocks: %d ranges of pages were not taken back (expected: all); they stay usable"
                            .formatted(report.failedPurges())));
        }
    }

    /** What one region holds may be moved in any case, or nothing ever would be. */
    private static long mostBytes(DefragRun run) {
        return run.isRequested()
                ? run.bytesLeft()
                : Math.max(run.settings().compaction().passBytes(), run.space().regionBytes());
    }

    /** What a pass on demand left undone for its limits says nothing about the next. */
    private static void learn(DefragRun run, @Nullable CompactionReport report) {
        CompactionSettings settings = run.settings().compaction();
        if (!run.isRequested()) {
            run.space().ownPass(run.passes().ended(run.movables(), report, settings, run.now()));
        } else if (report != null && report.complete()) {
            run.passes().ended(run.movables(), report, settings, run.now());
        }
    }
}
