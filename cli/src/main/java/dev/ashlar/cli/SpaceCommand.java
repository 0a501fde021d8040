package dev.ashlar.cli;

import java.io.PrintWriter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ashlar space}. Alone it prints its help. */
@Command(
        name = "space",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SpaceListCommand.class,
            SpaceStatsCommand.class,
            SpaceMapCommand.class,
            SpaceReplayCommand.class
        },
        description = "See how Ashlar allocates the space of files, volumes, and sets of volumes: of a running process, or of a script.",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
final class SpaceCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    SpaceCommand() {}

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        spec.commandLine().usage(out);
        out.flush();
    }
}
