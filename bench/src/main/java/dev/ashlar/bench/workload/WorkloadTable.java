package dev.ashlar.bench.workload;

import java.util.Locale;

import dev.ashlar.text.ByteSizes;

/** The workloads' table, as lines of text, of which each can be printed as soon as its run has ended. */
public final class WorkloadTable {
    private static final double MILLION = 1e6;

    private WorkloadTable() {}

    /** The head of the table. */
    public static String head() {
        return String.format(
                Locale.ROOT,
                "%-14s %-14s %8s  %-16s %9s %9s %9s %9s %12s",
                "workload",
                "allocator",
                "M ops/s",
                "an operation",
                "p50 ns",
                "p99 ns",
                "p99.9 ns",
                "max ns",
                "resident");
    }

    /**
     * The line of a run.
     *
     * @param run to show
     */
    public static String row(WorkloadRun run) {
        String workload = run.workload().displayName();
        String allocator = run.allocator().displayName();
        WorkloadResult result = run.result();
        if (result == null) {
            return String.format(Locale.ROOT, "%-14s %-14s %8s  skipped: %s", workload, allocator, "-", run.skipped());
        }
        Long residentBytes = result.peakResidentBytes();
        return String.format(
                Locale.ROOT,
                "%-14s %-14s %8.2f  %-16s %9d %9d %9d %9d %12s",
                workload,
                allocator,
                result.operationsPerSecond() / MILLION,
                run.workload().unit().title(),
                result.p50Nanos(),
                result.p99Nanos(),
                result.p999Nanos(),
                result.maxNanos(),
                residentBytes == null ? "-" : ByteSizes.format(residentBytes));
    }
}
