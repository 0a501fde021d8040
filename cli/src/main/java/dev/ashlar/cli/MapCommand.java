package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.MapForm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar map}. */
@Command(
        name = "map",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Draw a pool's memory: every region as a strip, coloured by what its bytes are, with the sizes of",
            "what is free beside it. docs/map.md says how to read it.",
            "",
            "The process walks its pool for it, an arena's lock held for one region at a time."
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
        footerHeading = "%nExample:%n",
        footer = "  ./ashlar map 4711 -o map.html")
final class MapCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            required = true,
            description = "Where to: what it ends with, .svg, .html or .json, says what is written.")
    private String file;

    MapCommand() {}

    @Override
    public Integer call() throws IOException {
        MapForm form = form();
        OutputTarget output = OutputTarget.ofFile(spec.commandLine(), "--output", file);
        output.check();
        AttachClient client = target.client();
        // Asked before the file is touched: a process that refuses leaves what is there.
        StringBuilder map = new StringBuilder();
        client.map(form, map);
        output.write(out -> out.append(map));
        PrintWriter out = spec.commandLine().getOut();
        out.printf("wrote %s (%d characters)%n", file, map.length());
        out.flush();
        return 0;
    }

    private MapForm form() {
        String name = file.toLowerCase(Locale.ROOT);
        for (MapForm form : MapForm.values()) {
            if (name.endsWith("." + form.name().toLowerCase(Locale.ROOT))) {
                return form;
            }
        }
        throw new ParameterException(
                spec.commandLine(), "--output: " + file + " (expected: a name that ends with .svg, .html or .json)");
    }
}
