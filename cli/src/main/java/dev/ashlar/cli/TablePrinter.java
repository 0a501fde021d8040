package dev.ashlar.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.ReplayOptions;
import dev.ashlar.bench.replay.ReplayRun;
import dev.ashlar.bench.replay.ReplayTable;
import dev.ashlar.bench.replay.TraceSource;
import dev.ashlar.text.ByteSizes;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Prints the replay's table row by row, with colour where the output shows it; or nothing at all. */
final class TablePrinter {
    private final PrintWriter out;
    private final Ansi ansi;
    private final ReplayTable table;
    private final ReplayOptions options;
    private final boolean isShown;

    private String previousTrace = "";

    TablePrinter(CommandLine command, List<TraceSource> sources, ReplayOptions options, boolean isShown) {
        this.out = command.getOut();
        this.ansi = command.getColorScheme().ansi();
        this.table = new ReplayTable(
                sources.stream().map(TraceSource::name).toList(), options.allocators(), options.parallel());
        this.options = options;
        this.isShown = isShown;
    }

    /** Prints a row; before the first the head, before another trace an empty line. */
    void printRow(ReplayRun run) {
        if (!isShown) {
            return;
        }
        if (previousTrace.isEmpty()) {
            printHead();
        } else if (!previousTrace.equals(run.trace())) {
            out.println();
        }
        previousTrace = run.trace();
        out.println(table.row(run));
        run.policySwitches().forEach(change -> out.println("    " + change));
        out.flush();
    }

    /** The settings of Ashlar, if it is there. */
    private String ashlar() {
        List<String> coalescing = options.allocators().stream()
                .filter(AllocatorKind::isAshlar)
                .map(kind -> options.coalescingOf(kind) + (kind == AllocatorKind.HEAP ? " (heap)" : ""))
                .distinct()
                .toList();
        return coalescing.isEmpty()
                ? ""
                : "Ashlar with %s, coalescing %s; ".formatted(policy(), String.join(", ", coalescing));
    }

    private String policy() {
        return options.policy() == FitPolicy.ADAPTIVE
                ? options.policy() + " for " + options.favour()
                : options.policy().name();
    }

    /** What was measured where, and the table's head. */
    private void printHead() {
        MachineInfo machine = MachineInfo.current();
        out.printf(
                Locale.ROOT,
                "%d CPUs, %s; %s; JDK %s%n",
                machine.cpus(),
                ByteSizes.format(machine.memoryBytes()),
                machine.os(),
                machine.jdk());
        out.printf(
                Locale.ROOT,
                "%s%s; %d timed passes%n%n",
                ashlar(),
                options.parallel() ? "each recorded thread on a thread of its own" : "one thread",
                options.passes());
        table.head().forEach(line -> out.println(ansi.string("@|bold " + line + "|@")));
    }
}
