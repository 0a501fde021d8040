package dev.ashlar.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.ashlar.DefragStatistics;
import dev.ashlar.PoolStatistics;
import dev.ashlar.bench.demo.DemoStatistics;
import dev.ashlar.bench.demo.DemoSummary;
import dev.ashlar.bench.replay.ByteSizes;

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
        add(lines, "ran", "%.1f s, %d threads, a pool of %s", summary.seconds(), summary.threads(),
                ByteSizes.format(summary.capacityBytes()));
        add(lines, "tasks",
                "%,d steps (%,d joins, %,d sorts, %,d reports, %,d waves), %,d tasks of virtual threads; %,d rows",
                work.steps(), work.joins(), work.sorts(), work.reports(), work.waves(), work.tasks(), work.rows());
        add(lines, "spilled", "%s written, %s read back", ByteSizes.format(work.spilledBytes()),
                ByteSizes.format(work.restoredBytes()));
        String causes = summary.refusals().entrySet().stream()
                .filter(cause -> cause.getValue() > 0)
                .map(cause -> "; by %s: %,d".formatted(cause.getKey().name().toLowerCase(Locale.ROOT),
                        cause.getValue()))
                .sorted().collect(Collectors.joining());
        add(lines, "refused", "%,d steps and tasks found no room%s", work.exhausted(), causes);
        if (work.leaks() > 0) {
            add(lines, "leaked", "%,d budgets, freed at the end", work.leaks());
        }
        add(lines, "defragmented", "%,d times: %s moved, %s coalesced, %s purged, %s released", defrag.runs(),
                ByteSizes.format(defrag.movedBytes()), ByteSizes.format(defrag.coalescedBytes()),
                ByteSizes.format(defrag.purgedBytes()), ByteSizes.format(defrag.releasedBytes()));
        add(lines, "peak", "%s live, %s committed", ByteSizes.format(work.peakLiveBytes()),
                ByteSizes.format(work.peakCommittedBytes()));
        add(lines, "live at end", "%,d bytes", summary.liveBytes());
        add(lines, "verified", "%s", summary.verified() ? "yes" : "no: " + summary.problem());
        return lines;
    }

    private static void add(List<String> lines, String name, String format, Object... values) {
        lines.add("%-14s%s".formatted(name, String.format(Locale.ROOT, format, values)));
    }
}
