package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.ReplayException;
import dev.ashlar.bench.replay.ReplayOptions;
import dev.ashlar.bench.replay.SettingTrials;
import dev.ashlar.bench.replay.TraceSource;
import dev.ashlar.bench.whatif.Recommendation;
import dev.ashlar.bench.whatif.WhatIf;
import dev.ashlar.bench.whatif.WhatIfJson;
import dev.ashlar.bench.whatif.WhatIfListener;
import dev.ashlar.bench.whatif.WhatIfOptions;
import dev.ashlar.bench.whatif.WhatIfReport;
import dev.ashlar.bench.whatif.WhatIfRow;
import dev.ashlar.bench.whatif.WhatIfTable;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar whatif}. */
@Command(
        name = "whatif",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Replay a recording under every fit policy and coalescing mode, and recommend one.",
            "",
            "The recording is one of a live pool (MemoryPool.startRecording), or any trace. For each",
            "setting two processes run, one after the other: timed passes on a warm heap, after a warm-up;",
            "and one pass that writes to every page of each block, in which memory is sampled."
        },
        parameterListHeading = "%nTrace:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; a setting that failed, as for lack of memory, says so in its row",
            "1:the trace is damaged, or every setting failed",
            "2:wrong usage: an unknown option, value or trace"
        },
        footerHeading = "%nThe table:%n",
        footer = {
            "  ns/event        nanoseconds per event: the median of the timed passes, and the best",
            "  peak committed  the most that was taken from the operating system",
            "  peak resident   the most that the process grew in the second process",
            "  frag.           1 - largest / total free, in partly used regions: the median of the samples,",
            "                  the worst, and, in a terminal, all of them from first event to last",
            "",
            "How to record, how to read the output, and the JSON: docs/whatif.md."
        })
final class WhatIfCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME|FILE",
            description = "A recording, or any file in the same format (traces/README.md); or a trace that the project carries:"
                    + " sqlite, rocksdb, clickhouse, python.")
    private String trace = "";

    @Option(
            names = "--allocators",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "A[,B]",
            converter = Converters.Allocator.class,
            description = "What to try the settings on: ashlar (the pool), heap (Ashlar's heap for one owner)."
                    + " Default: ashlar,heap.")
    private List<AllocatorKind> allocators = new ArrayList<>();

    @Option(
            names = "--policies",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "P[,P...]",
            converter = Converters.Policy.class,
            description = "Fit policies to try: first, next, best, worst, segregated, adaptive. Default: all.")
    private List<FitPolicy> policies = new ArrayList<>();

    @Option(
            names = "--favour",
            paramLabel = "F",
            converter = Converters.Favours.class,
            defaultValue = "footprint",
            description = "What the recommendation favours, and an adaptive policy with it: footprint, speed. Default: ${DEFAULT-VALUE}.")
    private Favour favour = Favour.FOOTPRINT;

    @Option(
            names = "--passes",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "3",
            description = "Timed passes, of which the table shows the median and the best. Default: ${DEFAULT-VALUE}.")
    private int passes;

    @Option(
            names = "--events",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "4000000",
            description = "Replay at most so many events, the first ones. Default: ${DEFAULT-VALUE}.")
    private int events;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the results as JSON to a file, with all samples; or to standard output, and then nothing else"
                    + " goes there: no table is printed.")
    private @Nullable String json;

    @Option(
            names = "--capacity",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            description = "Capacity, such as 512MiB. Default: eight times the trace's floor, at least 256 MiB.")
    private @Nullable Long capacityBytes;

    WhatIfCommand() {}

    @Override
    public Integer call() throws IOException, ReplayException, InterruptedException {
        TraceSource source = source();
        WhatIfOptions options = options();
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        Printer printer = new Printer(!target.isStandardOutput());
        WhatIfReport report;
        try {
            report = new WhatIf(source, options, printer).run();
        } finally {
            printer.progress.clear();
        }
        printer.print(report.recommendations());
        target.write(to -> WhatIfJson.write(report, to));
        return 0;
    }

    private WhatIfOptions options() {
        long capacity = capacityBytes == null ? ReplayOptions.CAPACITY_FROM_TRACE : capacityBytes;
        try {
            return new WhatIfOptions(
                    allocators.isEmpty()
                            ? WhatIfOptions.DEFAULT_ALLOCATORS
                            : allocators.stream().distinct().toList(),
                    policies.isEmpty()
                            ? List.of(FitPolicy.values())
                            : policies.stream().distinct().toList(),
                    passes,
                    events,
                    capacity,
                    favour);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private TraceSource source() {
        // The launcher says where the project is; without it, the current folder is taken for it.
        Path home = Path.of(System.getProperty("ashlar.home", ""));
        try {
            return TraceSource.find(trace, home);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Prints row by row, or nothing. */
    private final class Printer implements WhatIfListener {
        private final PrintWriter out = spec.commandLine().getOut();
        private final ProgressBar progress =
                new ProgressBar(spec.commandLine().getErr(), Terminal.STANDARD_ERROR.isTerminal());
        private final boolean isShown;
        private WhatIfTable table = new WhatIfTable(0, false);

        Printer(boolean isShown) {
            this.isShown = isShown;
        }

        @Override
        public void stepStarted(int number, int total, String what) {
            progress.show(number, total, what);
        }

        @Override
        public void traceRead(SettingTrials trials) {
            table = new WhatIfTable(trials.peakRequestedBytes(), Terminal.STANDARD_OUTPUT.isTerminal());
            if (!isShown) {
                return;
            }
            progress.clear();
            MachineInfo machine = MachineInfo.current();
            out.printf(
                    Locale.ROOT,
                    "%d CPUs, %s; %s; JDK %s%n",
                    machine.cpus(),
                    ByteSizes.format(machine.memoryBytes()),
                    machine.os(),
                    machine.jdk());
            out.printf(
                    Locale.ROOT,
                    "%s, peak requested %s; one thread, %d timed passes%n%n",
                    events(trials),
                    ByteSizes.format(trials.peakRequestedBytes()),
                    passes);
            table.head()
                    .forEach(line -> out.println(
                            spec.commandLine().getColorScheme().ansi().string("@|bold " + line + "|@")));
            out.flush();
        }

        private static String events(SettingTrials trials) {
            return trials.events() == trials.eventsInFile()
                    ? "%,d events".formatted(trials.events())
                    : "the first %,d events of %,d (--events takes more)"
                            .formatted(trials.events(), trials.eventsInFile());
        }

        @Override
        public void rowEnded(WhatIfRow row) {
            if (isShown) {
                progress.clear();
                out.println(table.row(row));
                out.flush();
            }
        }

        void print(List<Recommendation> recommendations) {
            if (isShown) {
                out.println();
                recommendations.forEach(recommendation -> out.println(recommendation.text()));
                out.flush();
            }
        }
    }
}
