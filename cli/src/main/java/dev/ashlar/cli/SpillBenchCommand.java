package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;

import dev.ashlar.bench.spill.SpillSpeed;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar spillbench}. */
@Command(
        name = "spillbench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "See how fast a spill file is written, beside dd on the same file system.",
            "",
            "Both write as many blocks of one size to a new file and bring them to the device, in turns."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:a file can't be written, or there is no dd", "2:wrong usage"},
        footer = {"", "How spill works is described in docs/spill.md."})
final class SpillBenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--block",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            defaultValue = "1MiB",
            description = "Of a block. Default: ${DEFAULT-VALUE}.")
    private long blockBytes;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            defaultValue = "512MiB",
            description = "Of each file. Default: ${DEFAULT-VALUE}.")
    private long totalBytes;

    @Option(
            names = "--sync",
            description = "Bring each block to the device before the next is written (dd oflag=dsync). Otherwise all at"
                    + " the end (dd conv=fdatasync).")
    private boolean isSync;

    @Option(
            names = "--turns",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "5",
            description = "How many times each writes. Default: ${DEFAULT-VALUE}.")
    private int turns;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "On the file system to be measured. Default: the system's for temporary files.")
    private @Nullable Path directory;

    SpillBenchCommand() {}

    @Override
    public Integer call() throws IOException {
        Path folder = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
        long blocks = Math.max(1, totalBytes / blockBytes);
        List<SpillSpeed.Turn> all = new SpillSpeed(folder, blockBytes, blocks, isSync).run(turns);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%,d blocks of %,d bytes, %s, in %s; MiB/s%n%n", blocks, blockBytes,
                isSync ? "each brought to the device" : "brought to the device at the end", folder);
        out.printf(Locale.ROOT, "%6s %10s %10s %12s %10s%n", "turn", "spill", "dd", "spill/dd s", "read back");
        for (int i = 0; i < all.size(); i++) {
            SpillSpeed.Turn turn = all.get(i);
            print(out, String.valueOf(i + 1), turn.spillSeconds(), turn.ddSeconds(), turn.ratio(),
                    turn.restoreSeconds(), turn.bytes());
        }
        print(out, "median", median(all, SpillSpeed.Turn::spillSeconds), median(all, SpillSpeed.Turn::ddSeconds),
                median(all, SpillSpeed.Turn::ratio), median(all, SpillSpeed.Turn::restoreSeconds),
                all.getFirst().bytes());
        out.flush();
        return 0;
    }

    private static double median(List<SpillSpeed.Turn> turns, ToDoubleFunction<SpillSpeed.Turn> figure) {
        return SpillSpeed.median(turns.stream().mapToDouble(figure).toArray());
    }

    private static void print(
            PrintWriter out, String label, double spill, double dd, double ratio, double read, long bytes) {
        double mebibytes = (double) bytes / (1 << 20);
        out.printf(Locale.ROOT, "%6s %10.1f %10.1f %12.2f %10.1f%n", label, mebibytes / spill, mebibytes / dd, ratio,
                mebibytes / read);
    }
}
