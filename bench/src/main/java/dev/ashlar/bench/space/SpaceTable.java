package dev.ashlar.bench.space;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The lines that a replay prints. */
public final class SpaceTable {
    private static final int SHOWN_PARTS = 12;

    private final SpaceReport report;
    private final int most;

    /**
     * Prepares a report.
     *
     * @param report to show
     * @param most placements and refusals that are shown, of each
     */
    public SpaceTable(SpaceReport report, int most) {
        this.report = report;
        this.most = most;
    }

    /** The lines, the last without a line break. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%s: %s, %s", report.script(),
                report.kind().name().toLowerCase(Locale.ROOT), report.policy()));
        lines.add(String.format(Locale.ROOT, "%d requests: %d placed, %d refused, %d freed%s",
                report.requests(), report.placements().size(), report.refused(), report.frees(),
                report.skippedFrees() == 0 ? ""
                        : ", " + report.skippedFrees() + " frees skipped of what had been refused"));
        if (!report.placements().isEmpty()) {
            lines.add("");
            lines.add("line        placed");
            report.placements().stream().limit(most).forEach(placed -> lines.add(
                    String.format(Locale.ROOT, "%-10d  %s: %d -> %s", placed.line(), placed.name(), placed.requested(),
                            parts(placed.parts()))));
            addRest(lines, report.placements().size());
        }
        if (!report.refusals().isEmpty()) {
            lines.add("");
            lines.add("line        refused");
            report.refusals().stream().limit(most).forEach(
                    refused -> lines.add(String.format(Locale.ROOT, "%-10d  %s: %s", refused.line(), refused.name(),
                            refused.reason())));
            addRest(lines, report.refusals().size());
        }
        lines.add("");
        addSpaces(lines);
        return lines;
    }

    private void addSpaces(List<String> lines) {
        int width = Math.max(5,
                report.spaces().stream().mapToInt(space -> SpaceReport.shown(space.name()).length()).max().orElse(0));
        String row = "%-" + width + "s  %15s  %15s  %15s  %15s  %10s%s";
        lines.add(String.format(Locale.ROOT, row, "space", "units", "used", "free", "largest free", "fragmented", ""));
        for (SpaceReport.Mapped space : report.spaces()) {
            lines.add(String.format(Locale.ROOT, row, SpaceReport.shown(space.name()), space.end() - space.start(),
                    space.used(),
                    space.free(), space.largestFree(),
                    percent(space.fragmentation()), space.note().isEmpty() ? "" : "  " + space.note()));
        }
        if (report.spaces().size() > 1) {
            lines.add(
                    String.format(Locale.ROOT, row, "all", report.used() + report.free(), report.used(), report.free(),
                            report.largestFree(), percent(report.fragmentation()), ""));
        }
        lines.add(String.format(Locale.ROOT, "at most %d units were in use; the space was sound (%d validations)",
                report.peakUsed(),
                report.validations()));
    }

    private void addRest(List<String> lines, int count) {
        if (count > most) {
            lines.add(String.format(Locale.ROOT, "%-10s  and %d more (--rows; --json has all)", "...", count - most));
        }
    }

    private static String parts(List<Part> parts) {
        String shown = parts.stream().limit(SHOWN_PARTS).map(Part::text).collect(Collectors.joining(" "));
        return parts.size() > SHOWN_PARTS ? shown + " and " + (parts.size() - SHOWN_PARTS) + " more" : shown;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
