package dev.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.replay.FlatTraceFile;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.TraceSource;
import org.jspecify.annotations.Nullable;

/** Compares all allocators over all cells. */
public final class Comparison {
    private final CompareOptions options;
    private final CompareListener listener;
    private final List<String> missing = new ArrayList<>();
    private int step;

    /**
     * A comparison that has not run.
     *
     * @param options what to compare
     * @param listener hears of progress
     */
    public Comparison(CompareOptions options, CompareListener listener) {
        this.options = options;
        this.listener = listener;
    }

    /**
     * Runs the comparison, once.
     *
     * @return the report
     * @throws IOException if a trace can't be read, or a process ends in any other way than it should
     * @throws InterruptedException if the thread is interrupted; no process is left
     */
    public CompareReport run() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("ashlar-compare");
        try {
            return run(folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private CompareReport run(Path folder) throws IOException, InterruptedException {
        listener.stepStarted(0, 1, "reading the traces");
        for (Cell trace : traces()) {
            Path file = TraceSource.find(trace.displayName(), options.home()).file();
            FlatTraceFile.write(file, folder.resolve(trace.displayName()));
        }
        List<Row> rows = rows(folder);
        try {
            return measure(rows, folder);
        } finally {
            rows.forEach(Row::close);
        }
    }

    private List<Row> rows(Path folder) throws IOException, InterruptedException {
        List<Row> rows = new ArrayList<>();
        for (PeerKind kind : options.allocators()) {
            if (!isMissing(kind.displayName(), kind.missing())) {
                rows.add(new JavaRow(kind, folder));
            }
        }
        if (options.withC()) {
            Yardstick yardstick = Yardstick.compileOrNull(options.compiler(), folder);
            if (isMissing("natives called from C",
                    yardstick == null ? Optional.of(Yardstick.COMPILER) : Optional.empty())
                    || yardstick == null) {
                return rows;
            }
            for (CRow.NativePeer peer : CRow.NativePeer.values()) {
                if (!isMissing(peer.displayName(), peer.missing(yardstick))) {
                    rows.add(new CRow(peer, yardstick, folder));
                }
            }
        }
        return rows;
    }

    private boolean isMissing(String name, Optional<String> what) {
        what.ifPresent(source -> missing.add(name + ": install " + source));
        return what.isPresent();
    }

    private CompareReport measure(List<Row> rows, Path folder) throws IOException, InterruptedException {
        int slices = (options.repetitions() + 1) * options.cells().size();
        int total = rows.size() * (slices + traces().size());
        Map<Row, Map<Cell, double[]>> nanos = new LinkedHashMap<>();
        rows.forEach(row -> nanos.put(row, new EnumMap<>(Cell.class)));
        for (Cell cell : options.cells()) {
            for (Row row : rows) {
                listener.stepStarted(step++, total, cell.displayName() + ", " + row.name() + ": warm-up");
                if (needsWarmUp(cell) && row.reasonToSkip(cell).isEmpty() && row.warmUpSeconds() > 0) {
                    row.nanos(cell, row.warmUpSeconds());
                }
            }
            for (int repetition = 0; repetition < options.repetitions(); repetition++) {
                for (Row row : rows) {
                    listener.stepStarted(step++, total, cell.displayName() + ", " + row.name());
                    if (row.reasonToSkip(cell).isEmpty()) {
                        double seconds = options.secondsPerCell() / options.repetitions();
                        figuresOf(nanos, row, cell)[repetition] = row.nanos(cell, seconds);
                    }
                }
            }
        }
        rows.forEach(Row::close);
        Map<Row, Map<Cell, Long>> resident = resident(rows, folder, total);
        return report(rows, nanos, resident);
    }

    /** All traces are replayed by the same code, which is warm after the first; a whole pass more of each would take a minute. */
    private boolean needsWarmUp(Cell cell) {
        return !cell.isTrace() || cell.equals(traces().getFirst());
    }

    private List<Cell> traces() {
        return options.cells().stream().filter(Cell::isTrace).toList();
    }

    private double[] figuresOf(Map<Row, Map<Cell, double[]>> nanos, Row row, Cell cell) {
        return nanos.getOrDefault(row, Map.of()).computeIfAbsent(cell, _ -> new double[options.repetitions()]);
    }

    /** As many processes at once as there are CPUs: nothing here is timed. */
    private Map<Row, Map<Cell, Long>> resident(List<Row> rows, Path folder, int total)
            throws IOException, InterruptedException {
        Map<Row, Map<Cell, Future<@Nullable Long>>> running = new LinkedHashMap<>();
        Map<Row, Map<Cell, Long>> resident = new LinkedHashMap<>();
        ExecutorService processes = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            for (Row row : rows) {
                Map<Cell, Future<@Nullable Long>> ofRow = new EnumMap<>(Cell.class);
                for (Cell trace : traces()) {
                    if (row.reasonToSkip(trace).isEmpty()) {
                        Path file = folder.resolve(trace.displayName());
                        ofRow.put(trace, processes.submit(() -> row.peakResidentBytes(file)));
                    }
                }
                running.put(row, ofRow);
            }
            for (Map.Entry<Row, Map<Cell, Future<@Nullable Long>>> row : running.entrySet()) {
                Map<Cell, Long> bytes = new EnumMap<>(Cell.class);
                for (Map.Entry<Cell, Future<@Nullable Long>> trace : row.getValue().entrySet()) {
                    String name = trace.getKey().displayName() + ", " + row.getKey().name();
                    listener.stepStarted(step++, total, name + ": resident memory");
                    Long peak = trace.getValue().get();
                    if (peak != null) {
                        bytes.put(trace.getKey(), peak);
                    }
                }
                resident.put(row.getKey(), bytes);
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
        } finally {
            processes.shutdownNow();
        }
        return resident;
    }

    private CompareReport report(
            List<Row> rows, Map<Row, Map<Cell, double[]>> nanos, Map<Row, Map<Cell, Long>> resident) {
        String baseline = PeerKind.BASELINE.displayName();
        Map<Cell, double[]> beside = rows.stream()
                .filter(row -> row.name().equals(baseline))
                .findFirst()
                .map(row -> nanos.getOrDefault(row, Map.of()))
                .orElse(Map.of());
        List<CompareReport.RowResult> results = new ArrayList<>();
        for (Row row : rows) {
            Map<Cell, CompareReport.Figure> figures = new EnumMap<>(Cell.class);
            nanos.getOrDefault(row, Map.of())
                    .forEach((cell, slices) -> figures.put(cell, figure(slices, beside.get(cell))));
            Map<Cell, String> skipped = new EnumMap<>(Cell.class);
            for (Cell cell : options.cells()) {
                row.reasonToSkip(cell).ifPresent(reason -> skipped.put(cell, reason));
            }
            results.add(new CompareReport.RowResult(
                    row.name(), figures, skipped, resident.getOrDefault(row, Map.of())));
        }
        return new CompareReport(
                MachineInfo.current(), baseline, options.cells(), options.repetitions(), options.secondsPerCell(),
                results, missing);
    }

    private static CompareReport.Figure figure(double[] slices, double @Nullable [] beside) {
        return new CompareReport.Figure(Spread.of(slices), beside == null ? null : Spread.ofRatios(slices, beside));
    }
}
