package dev.ashlar.attach;

import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.Map;

/** What a server sends back: parts, and a result or an error at the end. For one thread. */
final class Answer {
    private static final int CHUNK_CHARS = 32 << 10;

    private final Connection connection;
    private final Duration patience;

    Answer(Connection connection, Duration patience) {
        this.connection = connection;
        this.patience = patience;
    }

    /** A step on the way. */
    void part(Object value) throws IOException {
        send(Map.of(Protocol.PART, value));
    }

    /** All is done. */
    void result(Object value) throws IOException {
        send(Map.of(Protocol.RESULT, value));
    }

    /** It can't be done. */
    void error(AttachException e) throws IOException {
        send(Map.of(Protocol.ERROR, String.valueOf(e.getMessage()), Protocol.REASON, e.reason()));
    }

    private void send(Map<String, Object> line) throws IOException {
        connection.writeLine(RecordJson.line(line), patience);
    }

    /** Writes a long text as parts. Closing it sends what is left. */
    Writer text() {
        return new Writer() {
            private final StringBuilder buffer = new StringBuilder();

            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                for (int done = 0; done < length;) {
                    int count = Math.min(length - done, CHUNK_CHARS - buffer.length());
                    buffer.append(text, offset + done, count);
                    done += count;
                    if (buffer.length() == CHUNK_CHARS) {
                        send();
                    }
                }
            }

            // Half a pair of surrogates is no text: it waits for the other half.
            private void send() throws IOException {
                int end = buffer.length();
                if (Character.isHighSurrogate(buffer.charAt(end - 1))) {
                    end--;
                }
                part(buffer.substring(0, end));
                buffer.delete(0, end);
            }

            @Override
            public void flush() {
                // In chunks, whoever flushes.
            }

            @Override
            public void close() throws IOException {
                if (!buffer.isEmpty()) {
                    part(buffer.toString());
                    buffer.setLength(0);
                }
            }
        };
    }
}
