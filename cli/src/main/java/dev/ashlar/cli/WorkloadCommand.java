package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.workload.WorkloadJson;
import dev.ashlar.bench.workload.WorkloadKind;
import dev.ashlar.bench.workload.WorkloadListener;
import dev.ashlar.bench.workload.WorkloadOptions;
import dev.ashlar.bench.workload.WorkloadRun;
import dev.ashlar.bench.workload.WorkloadRuns;
import dev.ashlar.bench.workload.WorkloadTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar workload}. */
@Command(
        name = "workload",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Run the field's multi-threaded workloads over Ashlar and its peers, each in a process of its own.",
            "",
            "A run warms up for a quarter of its time. Latencies are those of single calls, of which every",
            "64th is timed. Resident is the most that the process grew over its idle size. The allocator",
            "null does nothing: what it takes is what the harness costs."
        },
        parameterListHeading = "%nWorkloads:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all ran, but for what is said to be skipped",
            "1:a block lost its contents, or a measuring process ended as it should not",
            "2:wrong usage: an unknown option, value or workload"
        },
        footer = {"", "What each workload does, and the JSON, is described in docs/workloads.md."})
final class WorkloadCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "NAME|all",
            arity = "1..*",
            converter = Converters.Workload.class,
            description = "larson, xmalloc, xmalloc-sizes, mstress, rptest, alloc-test, sh6bench, sh8bench, cache-scratch,"
                    + " cache-thrash, glibc-simple, glibc-thread, malloc-large, mleak, engine; or all.")
    private List<WorkloadKind> workloads = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "2",
            description = "Threads, as each workload takes them. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--allocators",
            split = ",",
            hideParamSyntax = true,
            paramLabel = "A[,B...]",
            converter = Converters.Peer.class,
            description = "What to compare: " + Converters.Peer.NAMES + ". Default: all.")
    private List<PeerKind> allocators = new ArrayList<>();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = Converters.Seconds.class,
            defaultValue = "3",
            description = "Of each measured run. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the results as JSON to a file; or to standard output, and then nothing else goes there.")
    private @Nullable String json;

    WorkloadCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        WorkloadOptions options = new WorkloadOptions(
                workloads.stream().distinct().toList(),
                allocators.isEmpty() ? List.of(PeerKind.values()) : allocators.stream().distinct().toList(),
                threads,
                seconds);
        PrintWriter out = spec.commandLine().getOut();
        ProgressBar progress =
                new ProgressBar(spec.commandLine().getErr(), Terminal.STANDARD_ERROR.isTerminal());
        if (!target.isStandardOutput()) {
            out.printf(Locale.ROOT, "%d threads, %s s a run, seed %d%n%n", threads, seconds, options.seed());
            out.println(WorkloadTable.head());
        }
        List<WorkloadRun> runs;
        try {
            runs = new WorkloadRuns(options, new WorkloadListener() {
                @Override
                public void stepStarted(int number, int total, String what) {
                    progress.show(number, total, what);
                }

                @Override
                public void runEnded(WorkloadRun run) {
                    progress.clear();
                    if (!target.isStandardOutput()) {
                        out.println(WorkloadTable.row(run));
                        out.flush();
                    }
                }
            }).run();
        } finally {
            progress.clear();
        }
        target.write(to -> WorkloadJson.write(options, runs, to));
        return 0;
    }
}
