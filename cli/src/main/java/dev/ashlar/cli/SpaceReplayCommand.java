package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import dev.ashlar.bench.space.ScriptException;
import dev.ashlar.bench.space.SpaceJson;
import dev.ashlar.bench.space.SpaceKind;
import dev.ashlar.bench.space.SpaceReplay;
import dev.ashlar.bench.space.SpaceReport;
import dev.ashlar.bench.space.SpaceSvg;
import dev.ashlar.bench.space.SpaceTable;
import dev.ashlar.space.SpacePolicy;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar space replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Replay allocate and free requests from a text file over an extent space, a bitmap or a set of volumes.",
            "",
            "Prints where each request was placed, which were refused and why, and how full and how",
            "fragmented the space is at the end. Then the space validates itself and is compared with what the",
            "file has live."
        },
        parameterListHeading = "%nThe file:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the file was replayed; refused requests are a result, not an error",
            "1:the file is damaged (the message names the line) or can't be read, or the space was not sound",
            "2:wrong usage: an unknown option or value, or a file that is not there"
        },
        footerHeading = "%nThe format, in short (docs/volumes.md has all of it):%n",
        footer = {
            "  space extents start=2k policy=best        # or: space bitmap capacity=1M",
            "  allocate a 100                            # align=64, or at=4096",
            "  free a                                    # offset=10 length=20: a part",
            "",
            "  space volumes",
            "  source d1 1000 tier=fast tags=rack1",
            "  allocate v 200 stripes=2 copies=2 policy=cling tiers=fast,capacity",
            "  free v                                    # source=d1 offset=0: a piece"
        })
final class SpaceReplayCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Requests, one a line; # begins a comment.")
    private @Nullable Path file;

    @Option(
            names = "--space",
            paramLabel = "KIND",
            converter = Converters.Ranges.class,
            description = "Replay over extents or a bitmap, whichever of the two the file names.")
    private @Nullable SpaceKind kind;

    @Option(
            names = "--policy",
            paramLabel = "P",
            converter = Converters.Placing.class,
            description = "Policy of extents or a bitmap, in the place of the one that the file names: end, first, next, best, worst.")
    private @Nullable SpacePolicy policy;

    @Option(
            names = "--rows",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "40",
            description = "The most placements, and refusals, that are printed. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = "--validate-every",
            paramLabel = "N",
            converter = Converters.Count.class,
            description = "Validate and compare after every N requests, not only at the end.")
    private @Nullable Integer validateEvery;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Draw a map of the space at the end.")
    private @Nullable String svg;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the results as JSON to a file; or to standard output, and then nothing else goes there.")
    private @Nullable String json;

    SpaceReplayCommand() {}

    @Override
    public Integer call() throws IOException, ScriptException {
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        OutputTarget map = OutputTarget.ofFile(spec.commandLine(), "--svg", svg);
        map.check();
        Path script = file;
        if (script == null || !Files.isRegularFile(script)) {
            throw new ParameterException(spec.commandLine(),
                    script + ": not there, or no file (expected: a text file of requests)");
        }
        SpaceReport report = SpaceReplay.run(script, kind, policy, validateEvery == null ? 0 : validateEvery);
        if (!target.isStandardOutput()) {
            PrintWriter out = spec.commandLine().getOut();
            new SpaceTable(report, rows).lines().forEach(out::println);
            out.flush();
        }
        map.write(to -> SpaceSvg.write(report, to));
        target.write(to -> SpaceJson.write(report, to));
        return 0;
    }
}
