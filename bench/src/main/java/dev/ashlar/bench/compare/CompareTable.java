package dev.ashlar.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.ashlar.bench.compare.CompareReport.Figure;
import dev.ashlar.bench.compare.CompareReport.RowResult;
import dev.ashlar.text.ByteSizes;

/** The comparison's tables, as lines of text. */
public final class CompareTable {
    private static final String NONE = "-";

    private CompareTable() {}

    /**
     * All lines: nanoseconds per operation, the ratios with their spread, resident memory, and what is missing.
     *
     * @param report to show
     */
    public static List<String> lines(CompareReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("nanoseconds per operation, median of " + report.repetitions() + " slices");
        lines.add(head(report.cells(), 10));
        for (RowResult row : report.rows()) {
            lines.add(line(row.name(), nanos(report, row), 10));
        }
        lines.add("");
        lines.add("ratio to " + report.baseline() + ", slice by slice: median (least..most)");
        lines.add(head(report.cells(), 17));
        for (RowResult row : report.rows()) {
            lines.add(line(row.name(), ratios(report, row), 17));
        }
        List<Cell> traces = report.cells().stream().filter(Cell::isTrace).toList();
        if (!traces.isEmpty()) {
            lines.add("");
            lines.add("peak resident, every page written");
            lines.add(head(traces, 10));
            for (RowResult row : report.rows()) {
                lines.add(line(row.name(), resident(traces, row), 10));
            }
        }
        if (!report.missing().isEmpty()) {
            lines.add("");
            lines.add("missing:");
            report.missing().forEach(missing -> lines.add("  " + missing));
        }
        return lines;
    }

    private static String head(List<Cell> cells, int width) {
        return line("allocator", cells.stream().map(Cell::displayName).toList(), width);
    }

    private static List<String> nanos(CompareReport report, RowResult row) {
        List<String> cells = new ArrayList<>();
        for (Cell cell : report.cells()) {
            Figure figure = row.figures().get(cell);
            cells.add(figure == null ? NONE : String.format(Locale.ROOT, "%.1f", figure.nanos().median()));
        }
        return cells;
    }

    private static List<String> ratios(CompareReport report, RowResult row) {
        List<String> cells = new ArrayList<>();
        for (Cell cell : report.cells()) {
            Figure figure = row.figures().get(cell);
            Spread ratio = figure == null ? null : figure.ratio();
            cells.add(ratio == null
                    ? NONE
                    : String.format(
                            Locale.ROOT,
                            "%.2f (%.2f..%.2f)",
                            ratio.median(),
                            ratio.least(),
                            ratio.most()));
        }
        return cells;
    }

    private static List<String> resident(List<Cell> traces, RowResult row) {
        List<String> cells = new ArrayList<>();
        for (Cell trace : traces) {
            Long bytes = row.peakResidentBytes().get(trace);
            cells.add(bytes == null ? NONE : ByteSizes.format(bytes));
        }
        return cells;
    }

    private static String line(String name, List<String> cells, int width) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-14s", name));
        for (String cell : cells) {
            line.append("  ").append(" ".repeat(Math.max(0, width - cell.length()))).append(cell);
        }
        return line.toString();
    }
}
