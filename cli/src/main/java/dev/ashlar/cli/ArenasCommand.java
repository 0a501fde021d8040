package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.json.RecordJson;
import dev.ashlar.text.ByteSizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar arenas}. */
@Command(
        name = "arenas",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Show the arenas of a pool: what each has, and what is free there.",
            "",
            "Taken are usable bytes that are not free in the arena: live, in caches, or queued. Each arena is",
            "asked under its lock for a few counters, which holds nobody up."
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
        footer = "  ./ashlar arenas 4711")
final class ArenasCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private PoolTarget target;

    @Option(names = "--json", description = "Print JSON, and nothing else.")
    private boolean json;

    ArenasCommand() {}

    @Override
    public Integer call() throws IOException {
        List<ArenaStatistics> arenas = target.client().arenas();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(arenas, out);
            return 0;
        }
        Columns columns =
                new Columns(">ARENA", "POLICY", ">REGIONS", ">COMMITTED", ">TAKEN", ">QUEUED", ">FREE", ">BLOCKS",
                        ">LARGEST", ">FRAGMENTED", ">SLABS", ">EMPTY", "");
        for (ArenaStatistics arena : arenas) {
            columns.row(
                    Integer.toString(arena.number()),
                    arena.policy().name(),
                    Long.toString(arena.regions()),
                    ByteSizes.format(arena.committedBytes()),
                    ByteSizes.format(arena.takenBytes()),
                    ByteSizes.format(arena.queuedBytes()),
                    ByteSizes.format(arena.freeBytes()),
                    Long.toString(arena.freeBlocks()),
                    ByteSizes.format(arena.largestFreeBytes()),
                    "%.2f".formatted(arena.fragmentation()),
                    Long.toString(arena.slabs()),
                    Long.toString(arena.emptySlabs()),
                    (arena.movable() ? "movable" : "") + (arena.fenced() ? "FENCED" : ""));
        }
        columns.lines().forEach(out::println);
        out.flush();
        return 0;
    }
}
