package dev.ashlar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.ashlar.DefragReport;
import dev.ashlar.FreeSpace;
import dev.ashlar.ReclaimKind;
import dev.ashlar.text.ByteSizes;

/** What a defragmentation did, for a person: in sum, and arena by arena. */
final class DefragText {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;

    private DefragText() {}

    static List<String> lines(DefragReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "run %d, %s in %.1f ms; an arena's lock was held for %.0f us at most",
                report.number(), endOf(report), report.durationNanos() / NANOS_PER_MILLI,
                report.locks().longestNanos() / NANOS_PER_MICRO));
        lines.add(report.reclaimedBytes() == 0 && report.failureCount() == 0
                ? "nothing to reclaim"
                : "reclaimed: " + List.of(ReclaimKind.values()).stream()
                        .map(kind -> kind.name().toLowerCase(Locale.ROOT) + " " + ByteSizes.format(report.bytes(kind)))
                        .collect(Collectors.joining(", ")));
        lines.add("");
        Columns columns = new Columns(
                "arena", ">returned", ">coalesced", ">purged", ">free before", ">free after", ">blocks",
                ">fragmentation");
        for (DefragReport.ArenaRow row : report.arenas()) {
            columns.row(
                    row.number() + (row.fenced() ? " (fenced)" : ""),
                    ByteSizes.format(row.bytes(ReclaimKind.RETURNED)),
                    ByteSizes.format(row.bytes(ReclaimKind.COALESCED)),
                    ByteSizes.format(row.bytes(ReclaimKind.PURGED)),
                    ByteSizes.format(row.before().bytes()),
                    ByteSizes.format(row.after().bytes()),
                    row.before().blocks() + " > " + row.after().blocks(),
                    fragmentation(row.before()) + " > " + fragmentation(row.after()));
        }
        lines.addAll(columns.lines());
        for (DefragReport.Failure failure : report.failures()) {
            lines.add("failed: %s of %s: %s".formatted(failure.step(),
                    failure.arena() < 0 ? "the pool" : "arena " + failure.arena(), failure.cause()));
        }
        return lines;
    }

    private static String endOf(DefragReport report) {
        return switch (report.end()) {
            case COMPLETE -> "complete";
            case TIME_LIMIT -> "ended by the time limit";
            case BYTE_LIMIT -> "ended by the byte limit";
            case CANCELLED -> "cancelled";
            case CLOSED -> "ended, as the pool was closed";
        };
    }

    private static String fragmentation(FreeSpace space) {
        return String.format(Locale.ROOT, "%.2f", space.fragmentation());
    }
}
