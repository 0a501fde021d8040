package dev.ashlar.attach;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.attach.AttachException.Reason;
import dev.ashlar.json.RecordJson;
import org.jspecify.annotations.Nullable;

/**
 * A request: what to do, and its arguments as texts.
 *
 * @param version of the protocol
 * @param operation by its name in {@link Operations}
 * @param arguments by name; one that was not given is not there
 */
record Request(String version, String operation, Map<String, String> arguments) {
    static Request of(String operation) {
        return new Request(Integer.toString(Protocol.VERSION), operation, Map.of());
    }

    /** The same with an argument, or without if it is null. */
    Request with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(arguments);
        more.put(name, value.toString());
        return new Request(version, operation, more);
    }

    @Nullable
    String text(String name) {
        return arguments.get(name);
    }

    /**
     * A whole number.
     *
     * @return it, or what to take if it was not given
     */
    long number(String name, long otherwise) throws AttachException {
        String text = text(name);
        try {
            return text == null ? otherwise : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new AttachException(Reason.REFUSED, name + ": " + text + " (expected: a whole number)", e);
        }
    }

    /** The line that is sent. */
    String line() throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(Protocol.VERSION_FIELD, Integer.valueOf(version));
        fields.put(Protocol.OPERATION_FIELD, operation);
        fields.putAll(arguments);
        return RecordJson.line(fields);
    }

    /**
     * Reads a line that a client sent.
     *
     * @throws AttachException if it is no request of this version
     */
    static Request parse(String line) throws AttachException {
        Map<String, String> fields = fields(line);
        String version = fields.remove(Protocol.VERSION_FIELD);
        String operation = fields.remove(Protocol.OPERATION_FIELD);
        if (version == null) {
            throw malformed("no version");
        }
        if (!version.equals(Integer.toString(Protocol.VERSION))) {
            throw new AttachException(Reason.INCOMPATIBLE,
                    "protocol version: %s (expected: %d, which is what the process's Ashlar understands)"
                            .formatted(version, Protocol.VERSION));
        }
        if (operation == null) {
            throw malformed("no operation");
        }
        return new Request(version, operation, fields);
    }

    private static Map<String, String> fields(String line) throws AttachException {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser json = RecordReader.parser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw malformed("no object");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                if (!json.nextToken().isScalarValue()) {
                    throw malformed(name + " is no text or number");
                }
                fields.put(name, json.getText());
            }
            if (json.nextToken() != null) {
                throw malformed("more than one object");
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw malformed(e.getOriginalMessage());
        } catch (AttachException e) {
            throw e;
        } catch (IOException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static AttachException malformed(String what) {
        return new AttachException(Reason.REFUSED, "request: " + what + " (expected: one JSON object of texts)");
    }
}
