package dev.ashlar.cli;

import java.io.PrintWriter;
import java.util.List;

/** Shows one block of lines after the other: in place on a terminal, one below the other in a pipe. */
final class Screen {
    private static final String HOME = "\u001B[H";
    private static final String ERASE_TO_END_OF_LINE = "\u001B[K";
    private static final String ERASE_TO_END_OF_SCREEN = "\u001B[J";

    private final PrintWriter out;
    private final boolean isTerminal;
    private boolean isFirst = true;

    Screen(PrintWriter out, boolean isTerminal) {
        this.out = out;
        this.isTerminal = isTerminal;
    }

    /** Overwrites line by line: a terminal that is cleared first flickers. */
    void show(List<String> lines) {
        if (isTerminal) {
            out.print(isFirst ? HOME + ERASE_TO_END_OF_SCREEN : HOME);
            lines.forEach(line -> out.println(line + ERASE_TO_END_OF_LINE));
            out.print(ERASE_TO_END_OF_SCREEN);
        } else {
            if (!isFirst) {
                out.println();
            }
            lines.forEach(out::println);
        }
        isFirst = false;
        out.flush();
    }
}
