package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.ashlar.sites.CallSites;
import dev.ashlar.sites.FlamePage;
import dev.ashlar.sites.SitesJson;
import dev.ashlar.sites.SitesTable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar sites}. */
@Command(
        name = "sites",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Show which call sites hold a pool's live bytes.",
            "",
            "Reads a recording of Flight Recorder in which blocks were sampled. To make one:",
            "  java -XX:StartFlightRecording:settings=docs/ashlar.jfc,filename=app.jfr ...",
            "  jcmd PID JFR.start settings=docs/ashlar.jfc; jcmd PID JFR.dump filename=app.jfr"
        },
        parameterListHeading = "%nRecording:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the recording is damaged, or has no samples",
            "2:wrong usage: an unknown option or value, no such file"
        },
        footer = {
            "",
            "Bytes are those requested, estimated from samples: a site with few samples may as well have",
            "half as many, or twice. What was live before the recording began is not in it. See docs/jfr.md."
        })
final class SitesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A recording that was dumped or has ended.")
    private Path recording = Path.of("");

    @Option(
            names = "--top",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "20",
            description = "Show so many sites at most. Default: ${DEFAULT-VALUE}.")
    private int top;

    @Option(
            names = "--allocated",
            description = "Show all that was allocated while it was recorded, and not only what is live at its end.")
    private boolean allocated;

    @Option(
            names = "--pool",
            paramLabel = "NAME",
            description = "Look at this pool. Default: at all.")
    private @Nullable String pool;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write a flame graph as one HTML page, which needs no other file.")
    private @Nullable String flames;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            arity = "0..1",
            fallbackValue = "-",
            description = "Write the sites as JSON to a file; or to standard output, and then no table is printed.")
    private @Nullable String json;

    SitesCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(recording)) {
            throw new ParameterException(spec.commandLine(),
                    recording + ": no such file (expected: a recording of Flight Recorder)");
        }
        OutputTarget asJson = new OutputTarget(spec.commandLine(), json);
        OutputTarget asPage = OutputTarget.ofFile(spec.commandLine(), "--output", flames);
        asJson.check();
        asPage.check();
        CallSites sites = CallSites.read(recording, pool);
        if (!asJson.isStandardOutput()) {
            PrintWriter out = spec.commandLine().getOut();
            SitesTable.lines(sites, allocated, top).forEach(out::println);
            out.flush();
        }
        asJson.write(to -> SitesJson.write(sites, allocated, top, to));
        asPage.write(to -> FlamePage.write(sites, allocated, title(), to));
        return 0;
    }

    private String title() {
        return (allocated ? "Allocated bytes" : "Live bytes") + (pool == null ? "" : " of pool " + pool) + " in "
                + recording.getFileName();
    }
}
