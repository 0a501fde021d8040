package dev.ashlar.page;

import java.util.List;
import java.util.Map;

import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.ReclaimKind;

/**
 * A defragmentation, without its rows of arenas.
 *
 * @param number of the run
 * @param requested whether somebody asked for it
 * @param steps that were due
 * @param bytes reclaimed, by kind
 * @param fragmentationBefore 0 to 1
 * @param fragmentationAfter 0 to 1
 * @param durationNanos with pauses
 * @param longestLockNanos the longest time that an arena's lock was held
 * @param failures of steps
 * @param end why it ended
 */
record RunFigures(
        long number,
        boolean requested,
        List<DefragStep> steps,
        Map<ReclaimKind, Long> bytes,
        double fragmentationBefore,
        double fragmentationAfter,
        long durationNanos,
        long longestLockNanos,
        long failures,
        DefragReport.End end) {
    static RunFigures of(DefragReport report) {
        return new RunFigures(
                report.number(),
                report.requested(),
                report.steps(),
                report.bytes(),
                report.before().fragmentation(),
                report.after().fragmentation(),
                report.durationNanos(),
                report.locks().longestNanos(),
                report.failureCount(),
                report.end());
    }
}
