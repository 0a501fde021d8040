package dev.ashlar.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.bench.compaction.CompactionRun;
import dev.ashlar.bench.compaction.Sizes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar compaction}. */
@Command(
        name = "compaction",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "See how closely movable blocks are packed after most of them were freed.",
            "",
            "Fills a pool with movable blocks, frees a random 90 % of them, compacts, and compares what is resident",
            "with what is live. Every block's contents are checked afterwards."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:a block lost its contents, or the system has no smaps", "2:wrong usage"},
        footer = {"", "How compaction works is described in docs/movable.md."})
final class CompactionCommand implements Callable<Integer> {
    private static final double FREED = 0.9;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            converter = Converters.Bytes.class,
            defaultValue = "1GiB",
            description = "Of all blocks before most are freed. Default: ${DEFAULT-VALUE}.")
    private long totalBytes;

    @Option(
            names = "--sizes",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "S[,T...]",
            description = "Of the blocks: SMALL (16 bytes to 1 KiB), MIXED (to 256 KiB), LARGE (64 KiB to 1 MiB). Default: all.")
    private List<Sizes> sizes = new ArrayList<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of all choices. Default: a new one, which is printed.")
    private @Nullable Long seed;

    CompactionCommand() {}

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        long first = seed == null ? System.nanoTime() : seed;
        out.printf(Locale.ROOT, "%d MiB of movable blocks, a random 90 %% freed, seed %d%n%n", totalBytes >> 20, first);
        out.printf(Locale.ROOT, "%-6s %9s %11s %11s %11s %7s %9s %8s %9s %9s %12s%n", "sizes", "blocks", "live MiB",
                "before MiB", "after MiB", "ratio", "moved", "regions", "ms", "lock ms", "longest us");
        for (Sizes of : sizes.isEmpty() ? List.of(Sizes.values()) : sizes) {
            CompactionRun.Result result =
                    new CompactionRun(of, totalBytes, FREED, first, CompactionLimits.NONE).run();
            CompactionReport report = result.report();
            out.printf(Locale.ROOT, "%-6s %9d %11.1f %11.1f %11.1f %7.3f %9d %8d %9.1f %9.1f %12.1f%n", of,
                    result.blocks(), mebibytes(result.liveBytes()), mebibytes(result.residentBefore()),
                    mebibytes(result.residentAfter()), result.ratio(), report.movedBlocks(),
                    report.releasedRegions(), report.nanos() / 1e6, report.locks().totalNanos() / 1e6,
                    report.locks().longestNanos() / 1e3);
            out.flush();
        }
        return 0;
    }

    private static double mebibytes(long bytes) {
        return (double) bytes / (1 << 20);
    }
}
