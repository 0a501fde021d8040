package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.ashlar.attach.AttachClient;
import dev.ashlar.attach.AttachedProcess;
import dev.ashlar.attach.PoolSummary;
import dev.ashlar.json.RecordJson;
import dev.ashlar.text.ByteSizes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "List your processes that have pools.",
            "",
            "A process is listed while it has an open pool that was not built with attachable(false) and has",
            "Ashlar's metrics module. What another user runs is never listed."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done, also if there is none", ExitCodes.FAILED_TEXT, "2:wrong usage"},
        footerHeading = "%nExample:%n",
        footer = "  ./ashlar list")
final class ListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print an array of processes as JSON, and nothing else.")
    private boolean json;

    ListCommand() {}

    @Override
    public Integer call() throws IOException {
        // One that only publishes spaces listens, too.
        List<AttachedProcess> processes = AttachClient.list().stream()
                .filter(process -> process.problem() != null || !process.pools().isEmpty()).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            RecordJson.write(processes, out);
            return 0;
        }
        if (processes.isEmpty()) {
            spec.commandLine().getErr().println("no process of yours has a pool that can be attached to");
            spec.commandLine().getErr().flush();
            return 0;
        }
        Columns columns = new Columns(">PID", "PROGRAM", ">#", "POOL", ">LIVE", ">COMMITTED", ">LIMIT", ">CAPACITY");
        processes.forEach(process -> addRows(process, columns));
        columns.lines().forEach(out::println);
        out.flush();
        return 0;
    }

    private static void addRows(AttachedProcess process, Columns columns) {
        String pid = Long.toString(process.pid());
        if (process.problem() != null) {
            columns.row(pid, "?", "", process.problem(), "", "", "", "");
        }
        for (PoolSummary pool : process.pools()) {
            columns.row(
                    pid,
                    process.program().isEmpty() ? "?" : process.program(),
                    Integer.toString(pool.number()),
                    pool.name(),
                    ByteSizes.format(pool.liveBytes()),
                    ByteSizes.format(pool.committedBytes()),
                    ByteSizes.format(pool.limitBytes()),
                    ByteSizes.format(pool.capacityBytes()));
        }
    }
}
