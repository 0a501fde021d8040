package dev.ashlar.attach;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.attach.AttachException.Reason;
import org.jspecify.annotations.Nullable;

/** A request on its way, at the client: sends it, and reads the answer line by line. For one thread, but for {@link #stop}. */
final class Call implements AutoCloseable {
    private final long pid;
    private final Connection connection;
    private final Duration patience;

    private @Nullable JsonParser line;
    private @Nullable String kind;

    /**
     * Sends a request.
     *
     * @param channel closed with this, or if this throws
     * @param patience for each line of the answer
     */
    Call(long pid, SocketChannel channel, Request request, Duration patience) throws IOException {
        this.pid = pid;
        this.patience = patience;
        connection = new Connection(channel);
        try {
            connection.writeLine(request.line(), Protocol.PATIENCE);
        } catch (SocketTimeoutException e) {
            connection.close();
            throw noAnswer(e);
        } catch (InterruptedIOException e) {
            connection.close();
            throw e;
        } catch (IOException e) {
            // Who refuses a client does not read its request. The answer says why, or that the process has gone.
        }
    }

    /** Asks for the end of an operation that takes long. By any thread. */
    void stop() throws IOException {
        connection.nudge();
    }

    /**
     * Reads the next line.
     *
     * @return whether it is a part; else it is the result
     * @throws AttachException if it is an error, or there is none
     */
    boolean next() throws IOException {
        String text = read();
        if (text == null) {
            throw new AttachException(Reason.ENDED, "process " + pid + " ended before it had answered");
        }
        try {
            JsonParser json = RecordReader.parser(text);
            json.nextToken();
            kind = json.nextFieldName();
            line = json;
            if (Protocol.PART.equals(kind) || Protocol.RESULT.equals(kind)) {
                return Protocol.PART.equals(kind);
            }
            throw error(json);
        } catch (AttachException e) {
            throw e;
        } catch (IOException e) {
            throw incompatible(e);
        }
    }

    private @Nullable String read() throws IOException {
        try {
            return connection.readLine(Protocol.MAX_ANSWER_BYTES, patience);
        } catch (SocketTimeoutException e) {
            throw noAnswer(e);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            throw new AttachException(Reason.ENDED, "process " + pid + " ended before it had answered", e);
        }
    }

    private AttachException error(JsonParser json) throws IOException {
        String message = "its answer is no result and no error";
        Reason reason = Reason.INCOMPATIBLE;
        for (String name = kind; name != null; name = json.nextFieldName()) {
            json.nextToken();
            String text = json.getText();
            if (name.equals(Protocol.ERROR)) {
                message = text;
            } else if (name.equals(Protocol.REASON)) {
                reason = Arrays.stream(Reason.values()).filter(known -> known.name().equals(text)).findFirst()
                        .orElse(Reason.REFUSED);
            } else {
                json.skipChildren();
            }
        }
        return new AttachException(reason, "process " + pid + ": " + message);
    }

    /** What the line holds, as a record. */
    <T extends Record> T value(Class<T> type) throws IOException {
        try {
            return RecordReader.read(parser(), type);
        } catch (IOException e) {
            throw incompatible(e);
        }
    }

    /** What the line holds, as records. */
    <T extends Record> List<T> values(Class<T> type) throws IOException {
        try {
            JsonParser json = parser();
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException(json.getText() + " (expected: an array)");
            }
            return RecordReader.readRest(json, type);
        } catch (IOException e) {
            throw incompatible(e);
        }
    }

    /** What the line holds, as a text. */
    String text() throws IOException {
        parser().nextToken();
        return parser().getText();
    }

    private JsonParser parser() {
        if (line == null) {
            throw new IllegalStateException("no line (expected: next() first)");
        }
        return line;
    }

    private AttachException noAnswer(IOException cause) {
        return new AttachException(
                Reason.NO_ANSWER, "process " + pid + " does not answer (is it stopped?): " + cause.getMessage(), cause);
    }

    private AttachException incompatible(IOException cause) {
        return new AttachException(Reason.INCOMPATIBLE,
                "process %d: its answer can't be read, its Ashlar is of another version than this one: %s"
                        .formatted(pid, cause.getMessage()),
                cause);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
