package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Set;
import java.util.concurrent.Callable;

import dev.ashlar.DefragOptions;
import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.ReclaimKind;
import dev.ashlar.json.RecordJson;
import dev.ashlar.text.ByteSizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar purge}. */
@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Have a pool give the memory that it does not use back to the operating system, at once.",
            "",
            "Pages inside free blocks, and wholly free regions. Nothing is merged or moved for it, and caches",
            "stay as they are: ./ashlar defrag does all of that, and takes longer."
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
        footer = "  ./ashlar purge 4711")
final class PurgeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(names = "--json", description = "Print JSON, and nothing else.")
    private boolean json;

    PurgeCommand() {}

    @Override
    public Integer call() throws IOException {
        DefragOptions options = DefragOptions.all().only(Set.of(DefragStep.PURGE, DefragStep.RELEASE));
        DefragReport report = target.client().defragment(options);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(report, out);
            return 0;
        }
        out.printf(
                "purged %s inside free blocks, released %s of wholly free regions%n",
                ByteSizes.format(report.bytes(ReclaimKind.PURGED)),
                ByteSizes.format(report.bytes(ReclaimKind.RELEASED)));
        report.failures().forEach(failure -> out.println("failed: " + failure.step() + ": " + failure.cause()));
        out.flush();
        return 0;
    }
}
