package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.SpaceFigures;
import dev.ashlar.json.RecordJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar space list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "List the spaces, sets of volumes and spill files that a running process shows.",
            "",
            "It shows those that it has published (PublishedSpaces.publish, docs/space.md)."
        },
        parameterListHeading = "%nProcess:%n",
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
        footer = "  ./ashlar space list 4711")
final class SpaceListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PID",
            index = "0",
            converter = Converters.ProcessId.class,
            description = "The process, by its id.")
    private long pid;

    @Option(names = "--json", description = "Print an array as JSON, and nothing else.")
    private boolean json;

    SpaceListCommand() {}

    @Override
    public Integer call() throws IOException {
        List<SpaceFigures> spaces = AttachClient.of(pid).spaces();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(spaces, out);
            return 0;
        }
        if (spaces.isEmpty()) {
            spec.commandLine().getErr().println("process " + pid + " publishes no space");
            spec.commandLine().getErr().flush();
            return 0;
        }
        Columns columns = new Columns(">#", "SPACE", "KIND", ">USED", ">FREE", ">LARGEST", ">FRAGMENTED", "UNIT");
        for (SpaceFigures space : spaces) {
            columns.row(
                    Integer.toString(space.number()),
                    space.name(),
                    SpaceText.kind(space),
                    SpaceText.length(space.used(), space.unit()),
                    SpaceText.length(space.free(), space.unit()),
                    SpaceText.length(space.largestFree(), space.unit()),
                    String.format(Locale.ROOT, "%.2f", space.fragmentation()),
                    space.unit());
        }
        columns.lines().forEach(out::println);
        out.flush();
        return 0;
    }
}
