package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.SpaceFigures;
import dev.ashlar.attach.SpaceShape;
import dev.ashlar.bench.space.Part;
import dev.ashlar.bench.space.SpaceReport.Mapped;
import dev.ashlar.bench.space.SpaceReport.Owned;
import dev.ashlar.bench.space.SpaceSvg;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar space map}. */
@Command(
        name = "map",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Draw where a running process's space is allocated: a bar to scale, or cells as dark as they are full.",
            "",
            "The process copies its extents for it."
        },
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
        footer = "  ./ashlar space map 4711 demo -o spill.svg")
final class SpaceMapCommand implements Callable<Integer> {
    /** Four for each that is drawn. */
    private static final int CELLS = 4 * 96 * 24;

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
            description = "The space: its name; or # and its number, as list shows it, where names are equal.")
    private String name;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "The picture: a name that ends with .svg.")
    private String file;

    SpaceMapCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!file.toLowerCase(Locale.ROOT).endsWith(".svg")) {
            throw new ParameterException(
                    spec.commandLine(), "--output: " + file + " (expected: a name that ends with .svg)");
        }
        OutputTarget output = OutputTarget.ofFile(spec.commandLine(), "--output", file);
        output.check();
        AttachClient client = AttachClient.of(pid);
        SpaceFigures figures = client.space(name);
        List<Mapped> spaces = client.spaceShapes(name, CELLS).stream().map(SpaceMapCommand::mapped).toList();
        String title = "%s of process %d: %s".formatted(figures.name(), pid, SpaceText.kind(figures));
        output.write(to -> SpaceSvg.write(title, SpaceText.figures(figures), spaces, to));
        PrintWriter out = spec.commandLine().getOut();
        out.println("wrote " + file);
        out.flush();
        return 0;
    }

    private static Mapped mapped(SpaceShape shape) {
        List<Owned> parts = shape.parts().stream()
                .map(extent -> new Owned(
                        new Part(shape.name(), extent.offset(), extent.length(), Part.Role.DATA, 0, 0), ""))
                .toList();
        long free = shape.end() - shape.start() - shape.used();
        return new Mapped(
                shape.name(), "", shape.start(), shape.end(), free, shape.largestFree(), shape.extents(), parts);
    }
}
