package dev.ashlar.bench.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

import dev.ashlar.text.ByteSizes;
import org.jspecify.annotations.Nullable;

/**
 * The replay's table, as lines of text. Columns have fixed widths, so a row can be printed as soon as its run has ended.
 *
 * <p>Plain text: whoever prints a line may colour it.
 */
public final class ReplayTable {
    private static final String UNKNOWN = "-";
    private static final String GAP = "  ";
    private static final int MAX_TRACE_WIDTH = 24;

    private final List<Column> columns;

    /**
     * A table.
     *
     * @param traces names of the traces; the longest sets the width of the first column, up to a limit
     * @param allocators whose names set the width of the second
     * @param isParallel whether to show threads and waits, in the place of how free memory lies
     */
    public ReplayTable(List<String> traces, List<AllocatorKind> allocators, boolean isParallel) {
        int widest = traces.stream().mapToInt(String::length).max().orElse(0);
        int traceWidth = Math.clamp(widest, "trace".length(), MAX_TRACE_WIDTH);
        int allocatorWidth = allocators.stream().mapToInt(kind -> kind.displayName().length()).max().orElse(0);
        List<Column> last = isParallel
                ? List.of(
                        Column.right("", "threads", 7, run -> Integer.toString(run.threads())),
                        Column.right("", "waits", 9, run -> count(run.waits())))
                : List.of(
                        Column.right("largest", "free", 10, run -> bytes(run.largestFreeBytes())),
                        Column.right("frag-", "mented", 6, run -> percent(run.fragmentation())));
        columns = new ArrayList<>(List.of(
                Column.left("", "trace", traceWidth, ReplayRun::trace),
                Column.left("", "alloc.", Math.max("alloc.".length(), allocatorWidth),
                        run -> run.allocator().displayName()),
                Column.right("", "events", 9, run -> count(run.events())),
                Column.right("ns/event", "median", 8, run -> decimal(1, run.nanosPerEvent())),
                Column.right("ns/event", "best", 8, run -> decimal(1, run.nanosPerEventBest())),
                Column.right("peak", "requested", 10, run -> bytes(run.peakRequestedBytes())),
                Column.right("peak", "committed", 10, run -> bytes(run.peakCommittedBytes())),
                Column.right("peak", "resident", 10, run -> bytes(run.peakResidentBytes())),
                Column.right("resident/", "requested", 9,
                        run -> ratio(run.peakResidentBytes(), run.peakRequestedBytes())),
                Column.right("floor/", "requested", 9, run -> ratio(run.floorBytes(), run.peakRequestedBytes()))));
        columns.addAll(last);
        columns.add(Column.left("veri-", "fied", 5, run -> run.verified() ? "yes" : "NO"));
    }

    /**
     * The head of the table.
     *
     * @return its lines
     */
    public List<String> head() {
        return List.of(line(Column::upper), line(Column::lower));
    }

    /**
     * The line of a run.
     *
     * @param run to show
     * @return one line
     */
    public String row(ReplayRun run) {
        return line(column -> column.cell.apply(run));
    }

    private String line(Function<Column, String> text) {
        StringBuilder line = new StringBuilder();
        for (Column column : columns) {
            line.append(line.isEmpty() ? "" : GAP).append(column.fit(text.apply(column)));
        }
        return line.toString().stripTrailing();
    }

    private static String count(@Nullable Long count) {
        return count == null ? UNKNOWN : String.format(Locale.ROOT, "%,d", count);
    }

    private static String bytes(@Nullable Long bytes) {
        return bytes == null ? UNKNOWN : ByteSizes.format(bytes);
    }

    private static String ratio(@Nullable Long dividend, long divisor) {
        return dividend == null || divisor == 0 ? UNKNOWN : decimal(3, (double) dividend / divisor);
    }

    private static String percent(@Nullable Double share) {
        return share == null ? UNKNOWN : decimal(1, share * 100) + "%";
    }

    private static String decimal(int digits, double value) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private record Column(String upper, String lower, int width, boolean isLeft, Function<ReplayRun, String> cell) {
        static Column left(String upper, String lower, int width, Function<ReplayRun, String> cell) {
            return new Column(upper, lower, width, true, cell);
        }

        static Column right(String upper, String lower, int width, Function<ReplayRun, String> cell) {
            return new Column(upper, lower, width, false, cell);
        }

        /** A text that is too long for its column pushes the line, but for a name, whose end is cut off. */
        String fit(String text) {
            if (!isLeft) {
                return " ".repeat(Math.max(0, width - text.length())) + text;
            }
            String cut = text.length() > width ? text.substring(0, width - 3) + "..." : text;
            return cut + " ".repeat(width - cut.length());
        }
    }
}
