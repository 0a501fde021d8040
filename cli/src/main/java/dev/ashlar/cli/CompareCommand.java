package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import dev.ashlar.bench.compare.Cell;
import dev.ashlar.bench.compare.CompareJson;
import dev.ashlar.bench.compare.CompareOptions;
import dev.ashlar.bench.compare.CompareReport;
import dev.ashlar.bench.compare.CompareTable;
import dev.ashlar.bench.compare.Comparison;
import dev.ashlar.bench.peer.PeerKind;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar compare}. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Compare Ashlar with its peers in one table, in a few minutes.",
            "",
            "Pairs, batches, scopes, the recorded traces, and two workloads with two threads; from Java, and",
            "native allocators from C, too.",
            "",
            "Each allocator is a process. Slices of a cell alternate between them, so that a machine that",
            "changes its speed does it to all alike; a ratio is that of two slices taken side by side."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all was measured, but for what is said to be missing",
            "1:a trace is damaged, or a measuring process ended as it should not",
            "2:wrong usage: an unknown option or value"
        },
        footer = {"", "The cells, and the JSON, are described in docs/workloads.md."})
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--allocators",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "A[,B...]",
            converter = Converters.Peer.class,
            description = "What to compare, but not from C: " + Converters.Peer.NAMES
                    + ". Default: all but ashlar-hardened and arena-shared, and the native ones from C.")
    private List<PeerKind> allocators = new ArrayList<>();

    @Option(
            names = "--from-c",
            description = "With --allocators: the native ones from C, too.")
    private boolean fromC;

    @Option(
            names = "--cells",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "C[,D...]",
            converter = Converters.Cells.class,
            description = "What to measure: " + Converters.Cells.NAMES + ". Default: all.")
    private List<Cell> cells = new ArrayList<>();

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "" + CompareOptions.DEFAULT_REPETITIONS,
            description = "Slices of each cell, of which the tables show the median and the extremes. Default: ${DEFAULT-VALUE}.")
    private int repetitions;

    @Option(
            names = "--seconds-per-cell",
            paramLabel = "S",
            converter = Converters.Seconds.class,
            defaultValue = "0.3",
            description = "Measured time of each allocator in each cell, all slices together. Default: ${DEFAULT-VALUE}.")
    private double secondsPerCell;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the results as JSON to a file; or to standard output, and then nothing else goes there.")
    private @Nullable String json;

    CompareCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        CompareOptions options = new CompareOptions(
                allocators.isEmpty() ? CompareOptions.DEFAULT_ALLOCATORS : allocators.stream().distinct().toList(),
                allocators.isEmpty() || fromC,
                cells.isEmpty() ? List.of(Cell.values()) : cells.stream().distinct().toList(),
                repetitions,
                secondsPerCell,
                "cc",
                Path.of(System.getProperty("ashlar.home", "")));
        ProgressBar progress =
                new ProgressBar(spec.commandLine().getErr(), Terminal.STANDARD_ERROR.isTerminal());
        CompareReport report;
        try {
            report = new Comparison(options, progress::show).run();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        } finally {
            progress.clear();
        }
        if (!target.isStandardOutput()) {
            PrintWriter out = spec.commandLine().getOut();
            CompareTable.lines(report).forEach(out::println);
            out.flush();
        }
        target.write(to -> CompareJson.write(report, to));
        return 0;
    }
}
