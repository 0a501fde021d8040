package dev.ashlar.attach;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON, and back: a record is an object with a field for each component. Numbers, truth values and texts are what JSON has; an enum's constant
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

    static JsonGenerator generator(Writer out) throws IOException {
        return FACTORY.createGenerator(out);
    }

    static JsonParser parser(String text) throws IOException {
        return FACTORY.createParser(text);
    }

    static void write(@Nullable Object value, JsonGenerator json) throws IOException {
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
            return component.getAccessor().invoke(object);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalArgumentException(component + " (expected: a component that can be read)", e);
        }
    }

    /**
     * Reads the value that begins at the parser's next token. Fields that the type does not have are left out.
     *
     * @throws IOException if it is not JSON, or not of this type: a field is missing, or has another kind of value
     */
    static <T extends Record> T read(JsonParser json, Class<T> type) throws IOException {
        json.nextToken();
        return record(json, type);
    }

    /** Reads the records of the array that the parser is in, to its end. */
    static <T extends Record> List<T> readRest(JsonParser json, Class<T> type) throws IOException {
        List<T> records = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            records.add(record(json, type));
        }
        return records;
    }

    private static <T extends Record> T record(JsonParser json, Class<T> type) throws IOException {
        expect(json, JsonToken.START_OBJECT, type.getSimpleName());
        return type.cast(object(json, type, type.getSimpleName()));
    }

    /** The value that the current token begins; {@code where} is for messages. */
    private static @Nullable Object value(JsonParser json, Type type, String where) throws IOException {
        if (type instanceof ParameterizedType generic) {
            return collection(json, generic, where);
        }
        Class<?> plain = (Class<?>) type;
        if (json.currentToken() == JsonToken.VALUE_NULL && !plain.isPrimitive()) {
            return null;
        }
        if (plain.isRecord()) {
            expect(json, JsonToken.START_OBJECT, where);
            return object(json, plain, where);
        }
        if (!json.currentToken().isScalarValue()) {
            throw mismatch(json, where, plain.getSimpleName());
        }
        try {
            return scalar(json.getText(), plain);
        } catch (IllegalArgumentException | java.time.format.DateTimeParseException e) {
            throw mismatch(json, where, plain.getSimpleName());
        }
    }

    private static Object scalar(String text, Class<?> type) {
        if (type == String.class) {
            return text;
        }
        if (type == long.class || type == Long.class) {
            return Long.valueOf(text);
        }
        if (type == int.class || type == Integer.class) {
            return Integer.valueOf(text);
        }
        if (type == double.class || type == Double.class) {
            return Double.valueOf(text);
        }
        if (type == boolean.class || type == Boolean.class) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> throw new IllegalArgumentException(text);
            };
        }
        if (type == Duration.class) {
            return Duration.parse(text);
        }
        if (type == Throwable.class) {
            return new RemoteException(text);
        }
        return constant(text, type);
    }

    private static Object constant(String name, Class<?> type) {
        Object[] constants = type.getEnumConstants();
        return Arrays.stream(constants == null ? new Object[0] : constants)
                .filter(constant -> ((Enum<?>) constant).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name));
    }

    private static Object object(JsonParser json, Class<?> type, String where) throws IOException {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        boolean[] found = new boolean[components.length];
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            int index = indexOf(components, name);
            if (index < 0) {
                json.skipChildren();
            } else {
                values[index] = value(json, components[index].getGenericType(), where + "." + name);
                found[index] = true;
            }
        }
        for (int i = 0; i < found.length; i++) {
            if (!found[i]) {
                throw new IOException(where + "." + components[i].getName() + ": missing");
            }
        }
        return make(type, components, values, where);
    }

    private static int indexOf(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static Object make(Class<?> type, RecordComponent[] components, @Nullable Object[] values, String where)
            throws IOException {
        Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IOException(where + ": " + e.getCause(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(type.getName() + " (expected: a record that can be made here)", e);
        }
    }

    private static Object collection(JsonParser json, ParameterizedType type, String where) throws IOException {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class) {
            expect(json, JsonToken.START_ARRAY, where);
            List<@Nullable Object> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(json, arguments[0], where));
            }
            return list;
        }
        expect(json, JsonToken.START_OBJECT, where);
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            try {
                map.put(scalar(name, (Class<?>) arguments[0]), value(json, arguments[1], where + "." + name));
            } catch (IllegalArgumentException e) {
                throw new IOException(where + "." + name + " (expected: " + arguments[0].getTypeName() + ")", e);
            }
        }
        return map;
    }

    private static void expect(JsonParser json, JsonToken token, String where) throws IOException {
        if (json.currentToken() != token) {
            throw mismatch(json, where, token == JsonToken.START_ARRAY ? "an array" : "an object");
        }
    }

    private static IOException mismatch(JsonParser json, String where, String expected) throws IOException {
        return new IOException(where + ": " + json.getText() + " (expected: " + expected + ")");
    }

    /** What was thrown in another process; its text is all that is known of it. */
    @SuppressWarnings("OverrideThrowableToString") // The text is what the other process's had for its own.
    private static final class RemoteException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String text;

        RemoteException(String text) {
            super(text, null, false, false);
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
