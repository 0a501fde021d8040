package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.ashlar.FitPolicy;
import dev.ashlar.PoolStatistics;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.AttachException;
import dev.ashlar.attach.PublishedSpaces;
import dev.ashlar.attach.PublishedSpaces.Publication;
import dev.ashlar.bench.demo.DemoSettings;
import dev.ashlar.bench.demo.DemoSummary;
import dev.ashlar.bench.demo.DemoWorkload;
import dev.ashlar.json.RecordJson;
import dev.ashlar.page.HeapMapServer;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Run an engine-like workload over a pool, to try the other commands on.",
            "",
            "Threads join, sort and report, in budgets and scopes; keep movable buffers, and pages that spill",
            "to a file when the pool is full; free what others allocated, and leave fragmentation behind. All",
            "of it is checked. It ends by itself, or in order by Ctrl-C, and sums up what it did."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it ended by itself, and all checks passed",
            "1:a block lost its contents, the pool is not sound or not empty at the end; or a port or file can't be had",
            "2:wrong usage",
            "130:it was ended by Ctrl-C; the summary says whether all checks passed"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./ashlar demo                           a minute; what it prints says what to try",
            "  ./ashlar demo --seconds 0 --port 8080   until Ctrl-C, the live page at port 8080",
            "  ./ashlar demo --jfr demo.jfr && ./ashlar sites demo.jfr",
            "",
            "docs/demo.md says what it does, and has the keys of the JSON."
        })
final class DemoCommand implements Callable<Integer> {
    private static final String NAME = "demo";
    private static final long LEAST_BYTES = 16 << 20;
    private static final int MAX_THREADS = 64;
    private static final int BAR_STEPS = 1000;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int ATTEMPTS = 25;
    private static final double NANOS_PER_SECOND = 1e9;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            converter = Converters.SecondsOrZero.class,
            defaultValue = "60",
            description = "How long; 0: until Ctrl-C. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--capacity",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            defaultValue = "64MiB",
            description = "Of the pool, 16MiB or more. Default: ${DEFAULT-VALUE}.")
    private long capacityBytes;

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "3",
            description = "Platform threads, up to 64, which take half a core together; eight virtual threads are"
                    + " beside them. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = Converters.Port.class,
            defaultValue = "0",
            description = "Of the live page, on this machine alone; 0: any that is free. Default: ${DEFAULT-VALUE}.")
    private int pagePort;

    @Option(names = "--no-page", description = "Don't serve it.")
    private boolean isWithoutPage;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            converter = Converters.Port.class,
            defaultValue = "0",
            description = "Of the pool's meters for Prometheus, on this machine alone; 0: any that is free. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int metricsPort;

    @Option(names = "--no-metrics", description = "Don't serve them.")
    private boolean isWithoutMetrics;

    @Option(
            names = "--jfr",
            paramLabel = "FILE",
            description = "Record the pool's events, with sampled blocks, to a file of Flight Recorder.")
    private @Nullable String jfr;

    @Option(
            names = "--leaks",
            description = "Close some budgets while blocks of them are live, for ./ashlar doctor to find.")
    private boolean hasLeaks;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where the spill file is made, and deleted. Default: the system's for temporary files.")
    private @Nullable Path directory;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the summary as JSON to a file; or to standard output, and then nothing else goes there.")
    private @Nullable String json;

    private final CountDownLatch stopped = new CountDownLatch(1);

    DemoCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        OutputTarget.ofFile(spec.commandLine(), "--jfr", jfr).check();
        checkUsage();
        PrintWriter say = target.isStandardOutput() ? spec.commandLine().getErr() : spec.commandLine().getOut();
        try (Interrupts _ = new Interrupts(stopped::countDown)) {
            DemoSummary summary = run(say);
            DemoText.lines(summary).forEach(say::println);
            if (jfr != null) {
                say.println("\nWhich call sites held the bytes:\n  ./ashlar sites " + jfr);
            }
            say.flush();
            target.write(to -> RecordJson.write(summary, to));
            return summary.verified() ? 0 : ExitCodes.FAILED;
        }
    }

    private void checkUsage() {
        expect(capacityBytes >= LEAST_BYTES,
                "--capacity: " + ByteSizes.format(capacityBytes) + " (expected: 16 MiB or more)");
        expect(threads <= MAX_THREADS, "--threads: " + threads + " (expected: 1 to 64)");
        expect(directory == null || (Files.isDirectory(directory) && Files.isWritable(directory)),
                "--directory: " + directory + " (expected: a writable folder)");
    }

    private void expect(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /**
     * The pool is closed last: what is live then is what the workload has left. The recording ends before the workload does: what that holds then is what
     * there is to be seen.
     */
    private DemoSummary run(PrintWriter say) throws IOException, InterruptedException {
        long start = System.nanoTime();
        try (MemoryPool pool = pool()) {
            DemoWorkload workload = DemoWorkload.start(pool, settings());
            String problem = null;
            try (workload; SampledRecording _ = jfr == null ? null : new SampledRecording(Path.of(jfr))) {
                serve(pool, workload, say);
            } catch (IllegalStateException e) {
                problem = String.valueOf(e.getMessage());
            }
            return summary(pool, workload, (System.nanoTime() - start) / NANOS_PER_SECOND, problem);
        }
    }

    private MemoryPool pool() {
        return MemoryPool.builder().name(NAME).capacity(capacityBytes).policy(FitPolicy.ADAPTIVE).build();
    }

    private DemoSettings settings() {
        Path folder = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
        return DemoSettings.usual(folder).withWorkers(threads).withLeaks(hasLeaks);
    }

    private void serve(MemoryPool pool, DemoWorkload workload, PrintWriter say)
            throws IOException, InterruptedException {
        try (Publication _ = PublishedSpaces.publish(workload.spill());
                HeapMapServer page = isWithoutPage ? null : page(pool);
                PrometheusEndpoint metrics = isWithoutMetrics ? null : metrics(pool, workload)) {
            announce(say, page == null ? null : page.uri(), metrics == null ? null : metrics.uri());
            watch(pool, workload);
        }
    }

    /** Until the time is over, it is ended, or something has failed. */
    private void watch(MemoryPool pool, DemoWorkload workload) throws InterruptedException {
        ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), Terminal.STANDARD_ERROR.isTerminal());
        long nanos = seconds == 0 ? Long.MAX_VALUE : Converters.duration(seconds).toNanos();
        long start = System.nanoTime();
        while (!workload.isStopping()) {
            long left = nanos - (System.nanoTime() - start);
            if (stopped.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS) || left <= 0) {
                break;
            }
            PoolStatistics now = pool.statistics();
            int full = (int) (BAR_STEPS * now.memory().liveBytes() / pool.capacity());
            bar.show(full, BAR_STEPS, DemoText.now(now, workload.statistics()));
        }
        bar.clear();
    }

    private HeapMapServer page(MemoryPool pool) throws IOException {
        try {
            return HeapMapServer.builder(pool).port(pagePort).start();
        } catch (IOException e) {
            throw portTaken("--port", pagePort, e);
        }
    }

    private PrometheusEndpoint metrics(MemoryPool pool, DemoWorkload workload) throws IOException {
        try {
            return new PrometheusEndpoint(pool, workload.spill(), metricsPort);
        } catch (IOException e) {
            throw portTaken("--metrics-port", metricsPort, e);
        }
    }

    private static IOException portTaken(String option, int port, IOException e) {
        return new IOException(option + ": " + port + ": " + e.getMessage() + " (expected: a port that is free, or 0)",
                e);
    }

    private void announce(PrintWriter say, @Nullable URI page, @Nullable URI metrics) throws InterruptedException {
        long pid = ProcessHandle.current().pid();
        String problem = attachProblem(pid);
        say.printf("process       %d, %s%n", pid,
                seconds == 0 ? "until Ctrl-C" : "for " + seconds + " s, or until Ctrl-C");
        say.printf("page          %s%n", page == null ? "off" : page);
        say.printf("metrics       %s%n%n", metrics == null ? "off" : metrics);
        if (problem == null) {
            say.println("From another terminal, for example:");
            say.println("  ./ashlar stats " + pid + " --watch");
            say.println("  ./ashlar doctor " + pid);
            say.println("  ./ashlar map " + pid + " -o map.html");
        } else {
            say.println("Other processes can't attach: " + problem);
        }
        say.println();
        say.flush();
    }

    /** A thread of its own makes the pool attachable: who reads what to try, and tries, must not be too fast for it. */
    private @Nullable String attachProblem(long pid) throws InterruptedException {
        String problem = null;
        for (int i = 0; i < ATTEMPTS && stopped.getCount() > 0; i++) {
            try {
                AttachClient.of(pid);
                return null;
            } catch (AttachException e) {
                problem = e.getMessage();
            } catch (IOException e) {
                return e.getMessage();
            }
            if (stopped.await(LOOK_NANOS, TimeUnit.NANOSECONDS)) {
                break;
            }
        }
        return problem;
    }

    private DemoSummary summary(MemoryPool pool, DemoWorkload workload, double ran, @Nullable String problem) {
        String found = problem;
        if (found == null) {
            try {
                pool.validateQuiet();
            } catch (IllegalStateException e) {
                found = "pool: " + e.getMessage();
            }
        }
        PoolStatistics end = pool.statistics();
        long live = end.memory().liveBytes();
        if (found == null && live > 0) {
            found = "pool: " + live + " bytes live (expected: 0)";
        }
        return new DemoSummary(ran, pool.capacity(), threads, workload.statistics(), end.failuresByCause(),
                end.defragmentation(), live, found == null, found);
    }
}
