package dev.ashlar.trace;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a file is not a well-formed trace: it is damaged, cut short, has something appended, or is something else.
 *
 * <p>The message reads {@code sqlite.atrace.gz: offset 1234: op 9 (expected: 0 to 3)}.
 */
public final class TraceFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;
    private final String found;
    private final String expected;

    TraceFormatException(String file, long offset, String found, String expected) {
        this(file, offset, found, expected, null);
    }

    TraceFormatException(String file, long offset, String found, String expected, @Nullable Throwable cause) {
        super(file + ": offset " + offset + ": " + found + " (expected: " + expected + ")", cause);
        this.file = file;
        this.offset = offset;
        this.found = found;
        this.expected = expected;
    }

    /**
     * The trace that was refused.
     *
     * @return the path or the name, as it was given to the reader
     */
    public String file() {
        return file;
    }

    /**
     * Where the refused field starts in the <em>uncompressed</em> trace. If the compression itself is damaged, the
     * number of bytes that could be uncompressed before that.
     *
     * @return a byte offset, 0 for the first byte of the magic
     */
    public long offset() {
        return offset;
    }

    /**
     * What stands at the offset.
     *
     * @return a phrase such as {@code op 9}
     */
    public String found() {
        return found;
    }

    /**
     * What should stand there.
     *
     * @return a phrase such as {@code 0 to 3}
     */
    public String expected() {
        return expected;
    }
}
