package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonGenerator;
import org.jspecify.annotations.Nullable;

/** Fields of JSON objects whose value may be unknown: then they are there, and null. */
public final class JsonFields {
    private JsonFields() {}

    /**
     * Writes a field of the object that is open.
     *
     * @param json where to
     * @param name of the field
     * @param value or null
     * @throws IOException if the generator throws it
     */
    public static void write(JsonGenerator json, String name, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }

    /**
     * Writes a field of the object that is open.
     *
     * @param json where to
     * @param name of the field
     * @param value or null
     * @throws IOException if the generator throws it
     */
    public static void write(JsonGenerator json, String name, @Nullable Double value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }

    static void write(JsonGenerator json, String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /**
     * Writes a field of the object that is open.
     *
     * @param json where to
     * @param name of the field
     * @param value or null
     * @throws IOException if the generator throws it
     */
    public static void write(JsonGenerator json, String name, @Nullable Enum<?> value) throws IOException {
        json.writeStringField(name, value == null ? null : value.name());
    }
}
