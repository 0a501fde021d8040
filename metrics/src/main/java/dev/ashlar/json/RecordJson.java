package dev.ashlar.json;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON: a record is an object with a field for each component. Numbers, truth values and texts are what JSON has; an enum's constant
 * is its name, a {@link Duration} the text of ISO 8601, a {@link Throwable} its text; lists are arrays, maps are objects; what is null is null. A number
 * that JSON can't write, such as infinity, is a text.
 *
 * <p>Thread-safe: keeps nothing.
 */
public final class RecordJson {
    private static final JsonFactory FACTORY = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);

    private RecordJson() {}

    /**
     * Writes a value and a line break, over several lines and indented, and leaves the writer open.
     *
     * @param value a record, or a list of records
     * @throws IOException if the writer throws it
     * @throws IllegalArgumentException if a part of the value is of a type that has no JSON
     */
    public static void write(Object value, Writer out) throws IOException {
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            write(value, json);
        }
        out.write('\n');
        out.flush();
    }

    /**
     * A value in one line, without a line break.
     *
     * @param value a record, or a list of records
     * @throws IllegalArgumentException if a part of the value is of a type that has no JSON
     */
    public static String line(Object value) throws IOException {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            write(value, json);
        }
        return out.toString();
    }

    private static void write(@Nullable Object value, JsonGenerator json) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case String text -> json.writeString(text);
            case Boolean truth -> json.writeBoolean(truth);
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Enum<?> constant -> json.writeString(constant.name());
            case Duration duration -> json.writeString(duration.toString());
            case Throwable thrown -> json.writeString(thrown.toString());
            case Record object -> writeRecord(object, json);
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) {
                    write(element, json);
                }
                json.writeEndArray();
            }
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(entry.getKey() instanceof Enum<?> key ? key.name() : entry.getKey().toString());
                    write(entry.getValue(), json);
                }
                json.writeEndObject();
            }
            default -> throw new IllegalArgumentException(
                    value.getClass().getName() + " (expected: a record, or what a record is made of)");
        }
    }

    private static void writeRecord(Record object, JsonGenerator json) throws IOException {
        json.writeStartObject();
        for (RecordComponent component : object.getClass().getRecordComponents()) {
            json.writeFieldName(component.getName());
            write(valueOf(object, component), json);
        }
        json.writeEndObject();
    }

    private static @Nullable Object valueOf(Record object, RecordComponent component) {
        try {
            Method accessor = component.getAccessor();
            // Records of other packages of this module need not be public.
            accessor.trySetAccessible();
            return accessor.invoke(object);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(component + " (expected: a component that can be read)", e);
        }
    }
}
