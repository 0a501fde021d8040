package dev.ashlar.cli;

import java.io.PrintWriter;
import java.util.Map;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The top command. Alone it prints its help. */
@Command(
        name = "ashlar",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Ashlar is an off-heap allocator for the JVM. This command sees and steers live pools, and shows how they do on real input.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            ListCommand.class,
            StatsCommand.class,
            ArenasCommand.class,
            PolicyCommand.class,
            DefragCommand.class,
            LimitCommand.class,
            PurgeCommand.class,
            MapCommand.class,
            DoctorCommand.class,
            RecordCommand.class,
            ReplayCommand.class,
            WhatIfCommand.class,
            WorkloadCommand.class,
            CompareCommand.class,
            CompactionCommand.class,
            AggregationCommand.class,
            SpillBenchCommand.class,
            SpaceCommand.class,
            SitesCommand.class,
            CompletionCommand.class
        },
        sortOptions = false,
        usageHelpWidth = 100,
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a process refused a request or failed at it; a check failed, a trace or script is damaged, or a"
                    + " measuring process ended as it should not",
            "2:wrong usage, or no JDK 25",
            "3:the program could not be built",
            ExitCodes.NO_POOL_TEXT,
            ExitCodes.OTHER_USER_TEXT,
            ExitCodes.ENDED_TEXT,
            ExitCodes.INCOMPATIBLE_TEXT
        },
        footer = {
            "",
            "Try:",
            "  ./ashlar demo                  a workload to try the other commands on, with a live page",
            "  ./ashlar list                  your processes that have pools; then:",
            "  ./ashlar stats PID --watch     what a pool holds, and what its requests meet",
            "  ./ashlar doctor PID            what ails it, and what would help",
            "  ./ashlar replay python         one of the recorded traces, through Ashlar, malloc and Arena",
            "  ./ashlar replay --help         all that a replay can do",
            "  ./ashlar whatif FILE           a recording under every setting, and which to take",
            "  ./ashlar workload larson       a workload of many threads, over all allocators",
            "  ./ashlar compare               all allocators in one table, in minutes",
            "  ./ashlar space replay --help   file and volume space: requests from a text file, and a map",
            "  ./ashlar compaction            how closely movable blocks are packed after most were freed",
            "  ./ashlar sites FILE.jfr        which call sites hold a pool's bytes, from a Flight Recorder file",
            "  ./ashlar aggregation           ten million rows, over four times what their pool holds: spill",
            "  ./ashlar jmh -h                the microbenchmarks, with JMH's own options"
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "With an error, print where in the program it arose.")
    private boolean withStackTrace;

    private Main() {}

    /**
     * Runs the command and ends the JVM.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.exit(commandLine(System.getenv()).execute(arguments));
    }

    /** The command line, ready to execute; a test gives it writers of its own. */
    static CommandLine commandLine(Map<String, String> environment) {
        Main main = new Main();
        Errors errors = new Errors(() -> main.withStackTrace);
        return CommandGroups.in(new CommandLine(main))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Terminal.STANDARD_OUTPUT.ansi(environment)))
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors);
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        spec.commandLine().usage(out);
        out.flush();
    }
}
