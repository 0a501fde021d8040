package dev.ashlar.bench.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

/** Samples as a JSON field, {@code "series": [{"event", "committedBytes", "residentBytes", "fragmentation"}]}. */
public final class SeriesJson {
    static final String KEY = "series";

    private SeriesJson() {}

    /**
     * Writes samples as a field of the object that is open.
     *
     * @param series to write
     * @param json where to
     * @throws IOException if the generator throws it
     */
    public static void write(List<Sample> series, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(KEY);
        for (Sample sample : series) {
            json.writeStartObject();
            json.writeNumberField("event", sample.event());
            JsonFields.write(json, "committedBytes", sample.committedBytes());
            JsonFields.write(json, "residentBytes", sample.residentBytes());
            JsonFields.write(json, "fragmentation", sample.fragmentation());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Reads the array that the parser is at the start of. */
    static List<Sample> read(JsonParser json) throws IOException {
        List<Sample> samples = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            samples.add(readSample(json));
        }
        return List.copyOf(samples);
    }

    private static Sample readSample(JsonParser json) throws IOException {
        long event = 0;
        @Nullable
        Long committedBytes = null;
        @Nullable
        Long residentBytes = null;
        @Nullable
        Double fragmentation = null;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            boolean absent = json.nextToken() == JsonToken.VALUE_NULL;
            switch (name) {
                case "event" -> event = json.getLongValue();
                case "committedBytes" -> committedBytes = absent ? null : (Long) json.getLongValue();
                case "residentBytes" -> residentBytes = absent ? null : (Long) json.getLongValue();
                case "fragmentation" -> fragmentation = absent ? null : (Double) json.getDoubleValue();
                default -> throw new IOException("sample: key " + name + " (expected: a component of Sample)");
            }
        }
        return new Sample(event, committedBytes, residentBytes, fragmentation);
    }
}
