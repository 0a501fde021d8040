package dev.ashlar.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

import dev.ashlar.bench.aggregation.Aggregation;
import dev.ashlar.bench.aggregation.AggregationJson;
import dev.ashlar.bench.aggregation.AggregationOptions;
import dev.ashlar.bench.aggregation.AggregationResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar aggregation}. */
@Command(
        name = "aggregation",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Aggregate rows in hash tables that are several times as large as their pool.",
            "",
            "Groups made-up rows by key: count, sum, minimum, maximum. When the pool is full its pressure callback",
            "spills tables to a file; they are merged at the end. The result is compared, group by group, with the",
            "same aggregation on the Java heap."
        },
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:the result is wrong, or the file can't be written", "2:wrong usage"},
        footer = {"", "How spill works, and the keys of the JSON, are described in docs/spill.md."})
final class AggregationCommand implements Callable<Integer> {
    private static final double MEBIBYTE = 1 << 20;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--rows",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "10000000",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = "--keys",
            paramLabel = "N",
            converter = Converters.Count.class,
            description = "How many different keys rows are drawn from. Default: half as many again as rows, of which"
                    + " half occur.")
    private @Nullable Integer keys;

    @Option(
            names = "--pool",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            defaultValue = "64MiB",
            description = "The pool's capacity. Default: ${DEFAULT-VALUE}.")
    private long poolBytes;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            converter = Converters.Count.class,
            defaultValue = "256",
            description = "By hash; a power of two. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where the spill file is made, and deleted. Default: the system's for temporary files.")
    private @Nullable Path directory;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of the rows. Default: a new one, which is printed.")
    private @Nullable Long seed;

    @Option(
            names = "--no-check",
            description = "Don't compare with the heap, which takes 20 bytes for each key there.")
    private boolean isUnchecked;

    @Option(
            names = "--json",
            paramLabel = "FILE|-",
            description = "Write the result as JSON to a file, or to standard output in place of the text.")
    private @Nullable String json;

    AggregationCommand() {}

    @Override
    public Integer call() throws IOException {
        OutputTarget target = new OutputTarget(spec.commandLine(), json);
        target.check();
        AggregationResult result = Aggregation.run(options());
        if (!target.isStandardOutput()) {
            print(result);
        }
        target.write(writer -> AggregationJson.write(result, writer));
        return 0;
    }

    private AggregationOptions options() {
        Path folder = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
        long keyCount = keys == null ? Math.min(AggregationOptions.MAX_KEYS, rows + rows / 2L) : keys;
        try {
            return new AggregationOptions(rows, keyCount, poolBytes, partitions, folder,
                    seed == null ? System.nanoTime() : seed, !isUnchecked);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void print(AggregationResult result) {
        AggregationOptions options = result.options();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%,d rows of %,d keys, pool of %.1f MiB, %d partitions, seed %d%n", options.rows(),
                options.keys(), options.poolBytes() / MEBIBYTE, options.partitions(), options.seed());
        out.printf(Locale.ROOT, "groups          %,d (%.1f MiB, %.2f times the pool)%n", result.groups(),
                result.stateBytes() / MEBIBYTE, result.stateToCapacity());
        out.printf(Locale.ROOT, "time            %.2f s reading rows, %.2f s merging%n", result.scanNanos() / 1e9,
                result.mergeNanos() / 1e9);
        out.printf(Locale.ROOT, "rows/s          %,.0f%n", result.rowsPerSecond());
        out.printf(Locale.ROOT, "spilled         %.1f MiB in %,d runs%n", result.spilledBytes() / MEBIBYTE,
                result.runs());
        out.printf(Locale.ROOT, "restored        %.1f MiB%n", result.restoredBytes() / MEBIBYTE);
        out.printf(Locale.ROOT, "peak resident   %s%n", result.peakResidentBytes() < 0
                ? "not known here"
                : String.format(Locale.ROOT, "%.1f MiB of the pool", result.peakResidentBytes() / MEBIBYTE));
        out.printf(Locale.ROOT, "pool            %,d requests refused, asked for memory %,d times%n",
                result.failures(), result.pressureCalls());
        out.printf(Locale.ROOT, "result          %s%n",
                result.isChecked() ? "the same as on the heap, group by group" : "not checked");
        out.flush();
    }
}
