package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.AttachException;
import dev.ashlar.attach.PoolFigures;
import dev.ashlar.json.RecordJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar stats}. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Show how much memory a pool holds, for what, and what its requests meet.",
            "",
            "With --watch again and again, with rates: in place on a terminal, one block after the other in a",
            "pipe. It ends after --count blocks, with the process (exit code 0), or by Ctrl-C."
        },
        parameterListHeading = "%nProcess:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; with --watch also if the process or its pool ended after the first block",
            ExitCodes.FAILED_TEXT,
            ExitCodes.USAGE_TEXT,
            ExitCodes.NO_POOL_TEXT,
            ExitCodes.OTHER_USER_TEXT,
            ExitCodes.ENDED_TEXT,
            ExitCodes.INCOMPATIBLE_TEXT
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./ashlar stats 4711 --watch             every 2 seconds, like top",
            "  ./ashlar stats 4711 --watch 0.5 --count 20 --json    20 lines of JSON in 10 seconds",
            "",
            "What the words mean: docs/attach.md."
        })
final class StatsCommand implements Callable<Integer> {
    private static final double NANOS_PER_SECOND = 1e9;

    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2",
            paramLabel = "SECONDS",
            converter = Converters.Seconds.class,
            description = "Show them again and again, after so many seconds; 2 without a number.")
    private @Nullable Double watchSeconds;

    @Option(
            names = "--count",
            paramLabel = "N",
            converter = Converters.Count.class,
            description = "With --watch: end after so many times.")
    private @Nullable Integer count;

    @Option(
            names = "--json",
            description = "Print JSON, and nothing else; with --watch one line each time.")
    private boolean json;

    StatsCommand() {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (count != null && watchSeconds == null) {
            throw new ParameterException(spec.commandLine(), "--count " + count + " without --watch (expected: both)");
        }
        AttachClient client = target.client();
        PrintWriter out = spec.commandLine().getOut();
        if (watchSeconds != null) {
            watch(client, watchSeconds, out);
        } else if (json) {
            RecordJson.write(client.statistics(), out);
        } else {
            StatsText.lines(client.statistics(), null, 0).forEach(out::println);
        }
        out.flush();
        return 0;
    }

    private void watch(AttachClient client, double seconds, PrintWriter out) throws IOException, InterruptedException {
        Screen screen = new Screen(out, Terminal.STANDARD_OUTPUT.isTerminal());
        PoolFigures before = null;
        long beforeNanos = 0;
        for (int left = count == null ? Integer.MAX_VALUE : count; left > 0; left--) {
            PoolFigures now = next(client, before);
            long nanos = System.nanoTime();
            if (now == null) {
                return;
            }
            show(now, before, (nanos - beforeNanos) / NANOS_PER_SECOND, screen);
            before = now;
            beforeNanos = nanos;
            if (left > 1) {
                TimeUnit.NANOSECONDS.sleep((long) (seconds * NANOS_PER_SECOND));
            }
        }
    }

    /** The figures, or null if there were some and there will be no more. */
    private @Nullable PoolFigures next(AttachClient client, @Nullable PoolFigures before) throws IOException {
        try {
            return client.statistics();
        } catch (AttachException e) {
            switch (e.reason()) {
                case NO_SUCH_PROCESS, NO_POOL, ENDED -> {
                    if (before != null) {
                        PrintWriter err = spec.commandLine().getErr();
                        err.println("process " + client.pid() + ": it has ended, or closed the pool");
                        err.flush();
                        return null;
                    }
                    throw e;
                }
                default -> throw e;
            }
        }
    }

    private void show(PoolFigures now, @Nullable PoolFigures before, double seconds, Screen screen) throws IOException {
        if (json) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(RecordJson.line(now));
            out.flush();
        } else {
            List<String> lines = StatsText.lines(now, before, seconds);
            screen.show(lines);
        }
    }
}
