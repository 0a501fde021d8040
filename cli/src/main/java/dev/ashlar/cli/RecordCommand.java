package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.RecordingEnd;
import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.RecordingFigures;
import dev.ashlar.attach.RemoteRecording;
import dev.ashlar.json.RecordJson;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar record}. */
@Command(
        name = "record",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Record what a pool does, as a trace for ./ashlar whatif and ./ashlar replay.",
            "",
            "The process itself writes the file, which appears when the recording has ended: after --seconds,",
            "when --max-bytes are reached, with the pool, or by Ctrl-C. Meanwhile every request of the pool",
            "takes a slower way (docs/whatif.md). Blocks that are live already are not in the trace."
        },
        parameterListHeading = "%nProcess:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCodes.DONE_TEXT,
            ExitCodes.FAILED_TEXT,
            ExitCodes.USAGE_TEXT,
            ExitCodes.NO_POOL_TEXT,
            ExitCodes.OTHER_USER_TEXT,
            ExitCodes.ENDED_TEXT,
            ExitCodes.INCOMPATIBLE_TEXT
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./ashlar record 4711 -o query.atrace.gz --seconds 30",
            "  ./ashlar whatif query.atrace.gz"
        })
final class RecordCommand implements Callable<Integer> {
    private static final int PROGRESS_STEPS = 1000;

    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The trace. Replaces a file of that name when it is whole.")
    private Path file;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            converter = Converters.Seconds.class,
            description = "End after so long.")
    private @Nullable Double seconds;

    @Option(
            names = "--max-bytes",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            defaultValue = "1GiB",
            description = "End before the events, about 4 bytes each, take more than this. Default: ${DEFAULT-VALUE}.")
    private long maxBytes;

    @Option(names = "--json", description = "Print JSON, and nothing else.")
    private boolean json;

    RecordCommand() {}

    @Override
    public Integer call() throws IOException {
        OutputTarget.ofFile(spec.commandLine(), "--output", file.toString()).check();
        AttachClient client = target.client();
        ProgressBar progress = new ProgressBar(spec.commandLine().getErr(), Terminal.STANDARD_ERROR.isTerminal());
        Duration time = seconds == null ? null : Converters.duration(seconds);
        try (RemoteRecording recording = client.record(file, maxBytes, time);
                Interrupts _ = new Interrupts(recording::stop)) {
            say("recording to " + file + "; Ctrl-C ends it");
            RecordingFigures figures = recording.await(now -> show(now, progress));
            progress.clear();
            print(figures);
        }
        return 0;
    }

    private void say(String text) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(text);
        err.flush();
    }

    private void show(RecordingFigures now, ProgressBar progress) {
        int done = (int) (PROGRESS_STEPS * Math.min(1, (double) now.bytes() / maxBytes));
        progress.show(done, PROGRESS_STEPS, "%,d events, %s".formatted(now.events(), ByteSizes.format(now.bytes())));
    }

    private void print(RecordingFigures figures) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(figures, out);
            return;
        }
        out.printf(Locale.ROOT, "%s: %,d events (%s before compression), %s%n", figures.file(), figures.events(),
                ByteSizes.format(figures.bytes()), endOf(figures.end()));
        if (figures.liveBytesAtStart() > 0) {
            out.println(ByteSizes.format(figures.liveBytesAtStart()) + " were live before, and are not in it");
        }
        if (figures.droppedEvents() > 0) {
            out.printf(Locale.ROOT, "%,d events came too late, and are not in it%n", figures.droppedEvents());
        }
        out.flush();
    }

    private static String endOf(@Nullable RecordingEnd end) {
        return switch (end) {
            case null -> "running";
            case CLOSED -> "complete";
            case LIMIT -> "ended at the limit of bytes";
            case POOL_CLOSED -> "ended with the pool";
            case POOL_DROPPED -> "ended, as the pool was dropped";
            case FELL_BEHIND -> "ended, as events came faster than they could be written";
            case FAILED -> "failed";
        };
    }
}
