package dev.ashlar.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A table of texts, each column as wide as it must be. */
final class Columns {
    private static final String GAP = "  ";
    private static final String RIGHT = ">";

    private final boolean[] isRight;
    private final List<List<String>> rows = new ArrayList<>();

    /** A head that begins with {@code >} is of a column of numbers, which end in line. */
    Columns(String... heads) {
        isRight = new boolean[heads.length];
        for (int i = 0; i < heads.length; i++) {
            isRight[i] = heads[i].startsWith(RIGHT);
        }
        rows.add(Arrays.stream(heads).map(head -> head.startsWith(RIGHT) ? head.substring(1) : head).toList());
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** The head and the rows. */
    List<String> lines() {
        int[] widths = IntStream.range(0, isRight.length)
                .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
                .toArray();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(widths[i] - row.get(i).length());
            line.append(i == 0 ? "" : GAP).append(isRight[i] ? space : "").append(row.get(i))
                    .append(isRight[i] ? "" : space);
        }
        return line.toString().stripTrailing();
    }
}
