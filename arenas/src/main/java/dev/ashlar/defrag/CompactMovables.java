package dev.ashlar.defrag;

import dev.ashlar.CompactionReport;
import dev.ashlar.DefragStep;
import org.jspecify.annotations.Nullable;

/**
 * Empties regions of movable blocks; on demand only, as it copies what nobody may have asked to be copied. A request that finds no room makes a pass of
 * its own.
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
        CompactionReport report = run.space().compact(run.bytesLeft(), () -> !run.goesOn());
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
}
