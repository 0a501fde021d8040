package dev.ashlar.bench.process;

import java.io.IOException;
import java.util.List;

/** A measuring process ended in any other way than it should; the message holds the last that it said. */
public final class ChildFailedException extends IOException {
    private static final long serialVersionUID = 1;
    private static final int MAX_REPORTED_LINES = 20;

    private ChildFailedException(String message) {
        super(message);
    }

    /**
     * A process that ended as none should.
     *
     * @param subject what it measured
     * @param exitCode of the process
     * @param said what it printed
     */
    public static ChildFailedException unexpectedEnd(String subject, int exitCode, String said) {
        return new ChildFailedException(
                subject + ": the process ended with exit code " + exitCode + " (expected: 0); it said:"
                        + lastLines(said));
    }

    /**
     * A process that said itself what was wrong.
     *
     * @param subject what it measured
     * @param reason in its own words
     */
    public static ChildFailedException explained(String subject, String reason) {
        return new ChildFailedException(subject + ": " + reason.strip());
    }

    /** The end of a long text, each line indented; or that there is none. */
    public static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        List<String> last = lines.subList(Math.max(0, lines.size() - MAX_REPORTED_LINES), lines.size());
        return last.isEmpty() ? " nothing" : "\n  " + String.join("\n  ", last);
    }
}
