package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.json.RecordJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar defrag}. */
@Command(
        name = "defrag",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Have a pool put together what is free, and give back what is not used.",
            "",
            "The pool's worker does it while others allocate and free. Live blocks stay where they are, but for",
            "movable ones. Ctrl-C, as anything that ends this command, ends the defragmentation, too, after",
            "the piece of work that it is at."
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
            "  ./ashlar defrag 4711",
            "  ./ashlar defrag 4711 --arena 0 --time-limit 0.5"
        })
final class DefragCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(
            names = "--arena",
            paramLabel = "N",
            converter = Converters.ArenaNumber.class,
            description = "Look after this arena alone, and after what belongs to none.")
    private @Nullable Integer arena;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            converter = Converters.Seconds.class,
            description = "End after so long.")
    private @Nullable Double timeLimit;

    @Option(
            names = "--byte-limit",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            description = "End when so much has been reclaimed, such as 512MiB; memory that is merged and given back counts twice.")
    private @Nullable Long byteLimit;

    @Option(names = "--json", description = "Print JSON, and nothing else.")
    private boolean json;

    DefragCommand() {}

    @Override
    public Integer call() throws IOException {
        DefragReport report = target.client().defragment(options());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(report, out);
            return 0;
        }
        DefragText.lines(report).forEach(out::println);
        out.flush();
        return 0;
    }

    private DefragOptions options() {
        DefragOptions options = DefragOptions.all();
        if (arena != null) {
            options = options.ofArena(arena);
        }
        if (timeLimit != null) {
            options = options.within(Converters.duration(timeLimit));
        }
        return byteLimit == null ? options : options.upTo(byteLimit);
    }
}
