package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import dev.ashlar.Coalescing;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.replay.DefragJson;
import dev.ashlar.bench.replay.DefragMoment;
import dev.ashlar.bench.replay.DefragReplay;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.Replay;
import dev.ashlar.bench.replay.ReplayException;
import dev.ashlar.bench.replay.ReplayJson;
import dev.ashlar.bench.replay.ReplayListener;
import dev.ashlar.bench.replay.ReplayOptions;
import dev.ashlar.bench.replay.ReplayReport;
import dev.ashlar.bench.replay.ReplayRun;
import dev.ashlar.bench.replay.TraceSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Replay recorded allocation traces through Ashlar and through plain alternatives.",
            "",
            "For each trace and allocator three processes run, one after the other:",
            "  1. A checked pass. Each block is filled with a pattern of its own, which must be there when it",
            "     is resized and freed, and at the end. No two live blocks may share a byte. Addresses must be",
            "     aligned as asked, to 16 at least. The first fault ends the replay and names its event.",
            "  2. Timed passes on a warm heap, after a warm-up. One byte is written to each new block.",
            "  3. One pass that writes to every page of each block, in which resident memory is sampled as the",
            "     operating system counts it.",
            "",
            "One thread replays all events, in the recorded order. With --parallel each recorded thread is",
            "replayed by a thread of its own, which waits only where a block comes from another one."
        },
        parameterListHeading = "%nTraces:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all traces were replayed, and every check passed",
            "1:a check failed, a trace is damaged, or a measuring process ended as it should not",
            "2:wrong usage: an unknown option, value or trace"
        },
        footerHeading = "%nThe table:%n",
        footer = {
            "  ns/event        nanoseconds per event: the median of the timed passes, and the best",
            "  peak requested  the most bytes that were asked for and not yet freed",
            "  peak committed  the most that Ashlar had taken from the operating system",
            "  peak resident   the most that the process grew in the third pass",
            "  floor           what headers and rounding alone make of the requests at the peak",
            "  largest free, fragmented",
            "                  at the end of the trace, before what is left is freed; fragmented is",
            "                  1 - largest / total free, in partly used regions",
            "  threads, waits  with --parallel: the threads that replayed, and how many events of a pass",
            "                  had to wait for another thread",
            "  -               unknown, or without meaning for this allocator",
            "",
            "The JSON is described in docs/replay.md."
        })
final class ReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME|FILE",
            description = "A trace that the project carries (sqlite, rocksdb, clickhouse, python), or a file in the same"
                    + " format (traces/README.md). Default: the four.")
    private List<String> traces = new ArrayList<>();

    @Option(
            names = "--allocators",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "A[,B...]",
            converter = Converters.Allocator.class,
            description = "What to compare: ashlar (the pool, by address), ashlar-confined (through a confined view),"
                    + " ashlar-segment (by segment), heap (Ashlar's heap for one owner), malloc (the C library's, through"
                    + " critical downcalls), arena (an Arena per block). Default: ashlar,malloc,arena.")
    private List<AllocatorKind> allocators = new ArrayList<>();

    @Option(
            names = "--heap",
            description = "Replay the heap for one owner in the place of the pool: the same as --allocators heap,malloc,arena,"
                    + " and not to be used with that option.")
    private boolean heap;

    @Option(
            names = "--parallel",
            description = "Replay each recorded thread by a thread of its own. Not for the heap.")
    private boolean parallel;

    @Option(
            names = "--defrag",
            description = "Instead of comparing: replay each trace once through the pool, writing to every page, defragment the"
                    + " pool at each quarter of the events and when all is freed, and print the reports. Not with --heap,"
                    + " --parallel or --allocators.")
    private boolean defrag;

    @Option(
            names = "--policy",
            paramLabel = "P",
            converter = Converters.Policy.class,
            defaultValue = "best",
            description = "Fit policy of Ashlar: first, next, best, worst, segregated, adaptive. Default: ${DEFAULT-VALUE}.")
    private FitPolicy policy = FitPolicy.BEST_FIT;

    @Option(
            names = "--favour",
            paramLabel = "F",
            converter = Converters.Favours.class,
            defaultValue = "speed",
            description = "What --policy adaptive favours: speed, footprint. Each switch of the third pass is printed, with its"
                    + " reason. Default: ${DEFAULT-VALUE}.")
    private Favour favour = Favour.SPEED;

    @Option(
            names = "--coalescing",
            paramLabel = "C",
            converter = Converters.Merging.class,
            description = "When Ashlar merges what is free: immediate, deferred. Default: deferred for the pool, immediate for"
                    + " the heap.")
    private @Nullable Coalescing coalescing;

    @Option(
            names = "--passes",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "5",
            description = "Timed passes, of which the table shows the median and the best. Default: ${DEFAULT-VALUE}.")
    private int passes;

    @Option(
            names = "--verify",
            description = "In the checked pass, after the last event and again after all is freed: let Ashlar validate"
                    + " itself, then walk it, and compare each block, the number of blocks and the sums of bytes with what the"
                    + " replay holds.")
    private boolean verify;

    @Option(
            names = "--validate-every",
            paramLabel = "N",
            converter = Converters.Count.class,
            description = "In the checked pass, let Ashlar validate itself after every N events; with --verify, also walk"
                    + " and compare it then. With --parallel: after every N of each thread, without the latter.")
    private @Nullable Integer validateEvery;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the results as JSON to a file; or to standard output, and then nothing else goes there: no"
                    + " table is printed.")
    private @Nullable String json;

    @Option(
            names = "--capacity",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            description = "Capacity of Ashlar, such as 512MiB. Default: eight times the trace's floor, at least 256 MiB.")
    private @Nullable Long capacityBytes;

    @Option(
            names = "--region-size",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            description = "Region size of Ashlar, such as 4MiB. Default: its own.")
    private @Nullable Long regionBytes;

    ReplayCommand() {}

    @Override
    public Integer call() throws IOException, ReplayException, InterruptedException {
        List<TraceSource> sources = sources();
        ReplayOptions options = options();
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        boolean isTableShown = !target.isStandardOutput();
        if (defrag) {
            return defragment(sources, options, target, isTableShown);
        }
        PrintWriter err = spec.commandLine().getErr();
        ProgressBar progress = new ProgressBar(err, Terminal.STANDARD_ERROR.isTerminal());
        TablePrinter table = new TablePrinter(spec.commandLine(), sources, options, isTableShown);
        ReplayReport report;
        try {
            report = new Replay(sources, options, listener(progress, table)).run();
        } finally {
            progress.clear();
        }
        target.write(to -> ReplayJson.write(report, to));
        return 0;
    }

    private int defragment(
            List<TraceSource> sources, ReplayOptions options, OutputTarget target, boolean isTableShown)
            throws IOException, ReplayException, InterruptedException {
        if (heap || parallel || !allocators.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "--defrag with --heap, --parallel or --allocators (expected: without)");
        }
        List<DefragMoment> moments = new ArrayList<>();
        DefragPrinter printer = new DefragPrinter(spec.commandLine().getOut());
        if (isTableShown) {
            printer.printHead();
        }
        for (TraceSource source : sources) {
            new DefragReplay(source, options, moment -> {
                moments.add(moment);
                if (isTableShown) {
                    printer.print(moment);
                }
            }).run();
        }
        target.write(to -> DefragJson.write(MachineInfo.current(), moments, to));
        return 0;
    }

    private ReplayOptions options() {
        try {
            return new ReplayOptions(
                    allocators(),
                    policy,
                    favour,
                    coalescing,
                    passes,
                    verify,
                    validateEvery == null ? 0 : validateEvery,
                    capacityBytes == null ? ReplayOptions.CAPACITY_FROM_TRACE : capacityBytes,
                    regionBytes == null ? ReplayOptions.DEFAULT_REGION_BYTES : regionBytes,
                    parallel);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private List<AllocatorKind> allocators() {
        if (allocators.isEmpty()) {
            return AllocatorKind.DEFAULTS.stream()
                    .map(kind -> heap && kind == AllocatorKind.ASHLAR ? AllocatorKind.HEAP : kind)
                    .toList();
        }
        if (heap) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--heap and --allocators (expected: one of them; --heap is --allocators heap,malloc,arena)");
        }
        return allocators.stream().distinct().toList();
    }

    private List<TraceSource> sources() {
        // The launcher says where the project is; without it, the current folder is taken for it.
        Path home = Path.of(System.getProperty("ashlar.home", ""));
        try {
            return (traces.isEmpty() ? TraceSource.CARRIED : traces)
                    .stream().map(trace -> TraceSource.find(trace, home)).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static ReplayListener listener(ProgressBar progress, TablePrinter table) {
        return new ReplayListener() {
            @Override
            public void stepStarted(int number, int total, String what) {
                progress.show(number, total, what);
            }

            @Override
            public void runEnded(ReplayRun run) {
                progress.clear();
                table.printRow(run);
            }
        };
    }
}
