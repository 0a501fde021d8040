package dev.ashlar.cli;

import java.io.PrintWriter;

import dev.ashlar.DefragReport;
import dev.ashlar.ReclaimKind;
import dev.ashlar.bench.replay.DefragMoment;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;

/** Prints defragmentations as lines of a table. */
final class DefragPrinter {
    private static final String FORMAT = "%-10s %-9s %10s %10s %10s %10s %10s %21s %13s %13s %9s %8s%n";
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_MICRO = 1e3;

    private final PrintWriter out;

    DefragPrinter(PrintWriter out) {
        this.out = out;
    }

    void printHead() {
        out.printf(FORMAT, "trace", "at", "live", "returned", "coalesced", "purged", "released", "resident",
                "free blocks",
                "fragmented", "longest", "took");
        out.flush();
    }

    void print(DefragMoment moment) {
        DefragReport report = moment.report();
        out.printf(
                FORMAT,
                moment.trace(),
                moment.when(),
                ByteSizes.format(moment.liveBytes()),
                bytes(report, ReclaimKind.RETURNED),
                bytes(report, ReclaimKind.COALESCED),
                bytes(report, ReclaimKind.PURGED),
                bytes(report, ReclaimKind.RELEASED),
                sizeOrDash(moment.residentBefore()) + " > " + sizeOrDash(moment.residentAfter()),
                report.before().blocks() + " > " + report.after().blocks(),
                "%.2f > %.2f".formatted(report.before().fragmentation(), report.after().fragmentation()),
                "%.0f us".formatted(report.locks().longestNanos() / NANOS_PER_MICRO),
                "%.1f ms".formatted(report.durationNanos() / NANOS_PER_MILLI));
        out.flush();
    }

    private static String bytes(DefragReport report, ReclaimKind kind) {
        return ByteSizes.format(report.bytes(kind));
    }

    private static String sizeOrDash(@Nullable Long bytes) {
        return bytes == null ? "-" : ByteSizes.format(bytes);
    }
}
