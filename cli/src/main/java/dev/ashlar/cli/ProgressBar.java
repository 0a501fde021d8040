package dev.ashlar.cli;

import java.io.PrintWriter;

/** One line that shows how far a replay is, redrawn in place; nothing at all where no terminal shows it. */
final class ProgressBar {
    private static final int BAR_CHARACTERS = 24;
    /** Together with the bar, within the 80 columns of the narrowest terminal that is common. */
    private static final int MAX_TEXT_CHARACTERS = 46;

    private static final String START_OF_LINE = "\r";
    private static final String ERASE_TO_END_OF_LINE = "\u001B[K";

    private final PrintWriter out;
    private final boolean isShown;

    ProgressBar(PrintWriter out, boolean isShown) {
        this.out = out;
        this.isShown = isShown;
    }

    /** Shows that {@code done} of {@code total} steps are done, and what comes now. */
    void show(int done, int total, String now) {
        if (!isShown) {
            return;
        }
        int filled = BAR_CHARACTERS * done / total;
        String text = now.length() > MAX_TEXT_CHARACTERS ? now.substring(0, MAX_TEXT_CHARACTERS - 3) + "..." : now;
        out.print(START_OF_LINE + "[" + "=".repeat(filled) + " ".repeat(BAR_CHARACTERS - filled) + "] " + text
                + ERASE_TO_END_OF_LINE);
        out.flush();
    }

    /** Makes room for other lines, or for the end. */
    void clear() {
        if (isShown) {
            out.print(START_OF_LINE + ERASE_TO_END_OF_LINE);
            out.flush();
        }
    }
}
