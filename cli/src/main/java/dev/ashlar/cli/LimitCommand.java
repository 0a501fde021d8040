package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.LimitFigures;
import dev.ashlar.json.RecordJson;
import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar limit}. */
@Command(
        name = "limit",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Show how much a pool's regions may take, or set it.",
            "",
            "The limit can be anything up to the capacity that the pool was built with, and is rounded up to",
            "whole regions. A pool that has more keeps it until it is free, and takes no more."
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
            "  ./ashlar limit 4711",
            "  ./ashlar limit 4711 512m"
        })
final class LimitCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Parameters(
            paramLabel = "BYTES",
            index = "1",
            arity = "0..1",
            converter = Converters.Bytes.class,
            description = "The limit to set, such as 512m or 4GiB. Without it, nothing is changed.")
    private @Nullable Long bytes;

    @Option(names = "--json", description = "Print JSON, and nothing else.")
    private boolean json;

    LimitCommand() {}

    @Override
    public Integer call() throws IOException {
        AttachClient client = target.client();
        LimitFigures figures = bytes == null ? client.limit() : client.limit(bytes);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(figures, out);
            return 0;
        }
        out.printf(
                "limit %s (%d bytes) of a capacity of %s, committed %s%n",
                ByteSizes.format(figures.limitBytes()),
                figures.limitBytes(),
                ByteSizes.format(figures.capacityBytes()),
                ByteSizes.format(figures.committedBytes()));
        out.flush();
        return 0;
    }
}
