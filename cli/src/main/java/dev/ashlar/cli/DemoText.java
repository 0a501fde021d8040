package dev.ashlar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.ashlar.DefragStatistics;
import dev.ashlar.PoolStatistics;
import dev.ashlar.bench.demo.DemoStatistics;
import dev.ashlar.bench.demo.DemoSummary;
import dev.ashlar.text.ByteSizes;

/** A demo in words. */
final class DemoText {
    private DemoText() {}

    /** What a progress bar says while it runs. */
    static String now(PoolStatistics pool, DemoStatistics work) {
        return "%s live, %s spilled, fragmentation %.2f".formatted(
                ByteSizes.format(pool.memory().liveBytes()),
                ByteSizes.format(work.spilledBytes()),
                pool.memory().fragmentation());
    }

    /** What it came to. */
    static List<String> lines(DemoSummary summary) {
        DemoStatistics work = summary.work();
        DefragStatistics defrag = summary.defragmentation();
        List<String> lines = new ArrayList<>();
        add(lines, "ran", String.format(Locale.ROOT, "%.1f s, %d threads, a pool of %s", summary.seconds(),
                summary.threads(), ByteSizes.format(summary.capacityBytes())));
        add(lines, "tasks", String.format(Locale.ROOT,
                "%,d steps (%,d joins, %,d sorts, %,d reports, %,d waves), %,d tasks of virtual threads; %,d rows",
                work.steps(), work.joins(), work.sorts(), work.reports(), work.waves(), work.tasks(), work.rows()));
        add(lines, "spilled", ByteSizes.format(work.spilledBytes()) + " written, "
                + ByteSizes.format(work.restoredBytes()) + " read back");
        add(lines, "refused",
                String.format(Locale.ROOT, "%,d steps and tasks found no room%s", work.exhausted(), causes(summary)));
        if (work.leaks() > 0) {
            add(lines, "leaked", work.leaks() + " budgets, freed at the end");
        }
        add(lines, "defragmented", String.format(Locale.ROOT,
                "%,d times: %s moved, %s coalesced, %s purged, %s released", defrag.runs(),
                ByteSizes.format(defrag.movedBytes()), ByteSizes.format(defrag.coalescedBytes()),
                ByteSizes.format(defrag.purgedBytes()), ByteSizes.format(defrag.releasedBytes())));
        add(lines, "peak", ByteSizes.format(work.peakLiveBytes()) + " live, "
                + ByteSizes.format(work.peakCommittedBytes()) + " committed");
        add(lines, "live at end", summary.liveBytes() + " bytes");
        add(lines, "verified", summary.verified() ? "yes" : "no: " + summary.problem());
        return lines;
    }

    private static String causes(DemoSummary summary) {
        return summary.refusals().entrySet().stream()
                .filter(cause -> cause.getValue() > 0)
                .map(cause -> String.format(Locale.ROOT, "; by %s: %,d",
                        cause.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' '), cause.getValue()))
                .sorted().collect(Collectors.joining());
    }

    private static void add(List<String> lines, String name, String text) {
        lines.add("%-14s%s".formatted(name, text));
    }
}
