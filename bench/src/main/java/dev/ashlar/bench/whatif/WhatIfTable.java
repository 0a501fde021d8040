package dev.ashlar.bench.whatif;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

import dev.ashlar.bench.replay.Sample;
import dev.ashlar.bench.replay.SettingTrials.Trial;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;

/** The table, as lines of text, each of which can be printed as soon as its setting was tried. Plain text: whoever prints it may colour it. */
public final class WhatIfTable {
    private static final int SPARKLINE_WIDTH = 32;
    private static final String UNKNOWN = "-";

    private final long peakRequestedBytes;
    private final boolean withSparkline;

    /**
     * A table.
     *
     * @param peakRequestedBytes of the trace
     * @param withSparkline whether to draw fragmentation over time, for a terminal
     */
    public WhatIfTable(long peakRequestedBytes, boolean withSparkline) {
        this.peakRequestedBytes = peakRequestedBytes;
        this.withSparkline = withSparkline;
    }

    /**
     * The head of the table.
     *
     * @return its lines
     */
    public List<String> head() {
        return List.of(
                line("", "", "", "ns/event", "ns/event", "peak", "peak", "resident/", "frag.", "frag.", ""),
                line(
                        "alloc.",
                        "policy",
                        "coalesc.",
                        "median",
                        "best",
                        "committed",
                        "resident",
                        "requested",
                        "median",
                        "worst",
                        "fragmentation over time"));
    }

    /**
     * The line of a setting.
     *
     * @param row to show
     * @return one line
     */
    public String row(WhatIfRow row) {
        Setting setting = row.setting();
        Trial trial = row.trial();
        if (trial == null) {
            return "%-6s  %-10s  %-9s  failed: %s"
                    .formatted(setting.family(), setting.policyName(), setting.coalescingName(), row.failure());
        }
        double[] fragmentation = fragmentation(trial.series());
        return line(
                setting.family(),
                setting.policyName(),
                setting.coalescingName(),
                decimal(trial.nanosPerEvent()),
                decimal(trial.nanosPerEventBest()),
                bytes(trial.peakCommittedBytes()),
                bytes(trial.peakResidentBytes()),
                ratio(trial.peakResidentBytes()),
                percentAt(fragmentation, 0.5),
                percentAt(fragmentation, 1),
                Sparkline.draw(fragmentation, SPARKLINE_WIDTH));
    }

    private String line(Object... cells) {
        String line = "%-6s  %-10s  %-9s  %8s  %8s  %10s  %10s  %9s  %7s  %7s".formatted(cells);
        return (withSparkline ? line + "  " + cells[cells.length - 1] : line).stripTrailing();
    }

    private static double[] fragmentation(List<Sample> series) {
        return series.stream()
                .map(Sample::fragmentation)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private String ratio(@Nullable Long residentBytes) {
        return residentBytes == null || peakRequestedBytes == 0
                ? UNKNOWN
                : String.format(Locale.ROOT, "%.3f", (double) residentBytes / peakRequestedBytes);
    }

    private static String percentAt(double[] shares, double quantile) {
        if (shares.length == 0) {
            return UNKNOWN;
        }
        double[] sorted = shares.clone();
        Arrays.sort(sorted);
        return decimal(100 * sorted[(int) (quantile * (sorted.length - 1))]) + "%";
    }

    private static String bytes(@Nullable Long bytes) {
        return bytes == null ? UNKNOWN : ByteSizes.format(bytes);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
