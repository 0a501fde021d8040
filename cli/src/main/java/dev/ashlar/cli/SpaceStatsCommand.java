package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.SpaceFigures;
import dev.ashlar.json.RecordJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar space stats}. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = "Show how full and how fragmented a running process's spaces are, source by source, and what was spilled.",
        parameterListHeading = "%nProcess and space:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCodes.DONE_TEXT,
            ExitCodes.FAILED_TEXT,
            ExitCodes.SPACE_USAGE_TEXT,
            ExitCodes.NO_SPACE_TEXT,
            ExitCodes.OTHER_USER_TEXT,
            ExitCodes.ENDED_TEXT,
            ExitCodes.INCOMPATIBLE_TEXT
        },
        footerHeading = "%nExample:%n",
        footer = "  ./ashlar space stats 4711 demo")
final class SpaceStatsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PID",
            index = "0",
            converter = Converters.ProcessId.class,
            description = "The process, by its id.")
    private long pid;

    @Parameters(
            paramLabel = "NAME",
            index = "1",
            arity = "0..1",
            description = "The space: its name; or # and its number, as list shows it, where names are equal. Without it, all.")
    private @Nullable String name;

    @Option(names = "--json", description = "Print JSON, and nothing else: an object, or an array without a name.")
    private boolean json;

    SpaceStatsCommand() {}

    @Override
    public Integer call() throws IOException {
        AttachClient client = AttachClient.of(pid);
        PrintWriter out = spec.commandLine().getOut();
        List<SpaceFigures> spaces = name == null ? client.spaces() : List.of(client.space(name));
        if (json) {
            RecordJson.write(name == null ? spaces : spaces.getFirst(), out);
            return 0;
        }
        if (spaces.isEmpty()) {
            spec.commandLine().getErr().println("process " + pid + " publishes no space");
            spec.commandLine().getErr().flush();
        }
        spaces.forEach(space -> SpaceText.lines(space).forEach(out::println));
        out.flush();
        return 0;
    }
}
