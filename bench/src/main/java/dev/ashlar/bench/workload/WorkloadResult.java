package dev.ashlar.bench.workload;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.jspecify.annotations.Nullable;

/**
 * What one allocator did in one workload. Travels as JSON on the child's standard output, and stands in the report as such, with the
 * components' names as keys.
 *
 * @param operations calls of allocate or free, or what else the workload counts
 * @param seconds that it took
 * @param samples calls whose latency was taken
 * @param p50Nanos median latency of a call
 * @param p99Nanos of 100 calls one takes longer
 * @param p999Nanos of 1,000 calls one takes longer
 * @param maxNanos the longest
 * @param peakResidentBytes the most that the process grew over its idle size, or null where the operating system does not tell
 */
public record WorkloadResult(
        long operations,
        double seconds,
        long samples,
        long p50Nanos,
        long p99Nanos,
        long p999Nanos,
        long maxNanos,
        @Nullable Long peakResidentBytes) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Operations in a second, of all threads together. */
    public double operationsPerSecond() {
        return operations / seconds;
    }

    String toJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            writeFields(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string refused to be written to", e);
        }
        return text.toString();
    }

    void writeFields(JsonGenerator json) throws IOException {
        json.writeNumberField("operations", operations);
        json.writeNumberField("seconds", seconds);
        json.writeNumberField("samples", samples);
        json.writeNumberField("p50Nanos", p50Nanos);
        json.writeNumberField("p99Nanos", p99Nanos);
        json.writeNumberField("p999Nanos", p999Nanos);
        json.writeNumberField("maxNanos", maxNanos);
        if (peakResidentBytes == null) {
            json.writeNullField("peakResidentBytes");
        } else {
            json.writeNumberField("peakResidentBytes", peakResidentBytes);
        }
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IOException if it is something else
     */
    static WorkloadResult ofJson(String text) throws IOException {
        long operations = 0;
        double seconds = 0;
        long samples = 0;
        long p50 = 0;
        long p99 = 0;
        long p999 = 0;
        long max = 0;
        Long peak = null;
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("result: \"" + text + "\" (expected: a JSON object)");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                boolean isNull = json.nextToken() == JsonToken.VALUE_NULL;
                switch (name) {
                    case "operations" -> operations = json.getLongValue();
                    case "seconds" -> seconds = json.getDoubleValue();
                    case "samples" -> samples = json.getLongValue();
                    case "p50Nanos" -> p50 = json.getLongValue();
                    case "p99Nanos" -> p99 = json.getLongValue();
                    case "p999Nanos" -> p999 = json.getLongValue();
                    case "maxNanos" -> max = json.getLongValue();
                    case "peakResidentBytes" -> peak = isNull ? null : json.getLongValue();
                    default -> throw new IOException("result: key " + name + " (expected: one of WorkloadResult)");
                }
            }
        }
        return new WorkloadResult(operations, seconds, samples, p50, p99, p999, max, peak);
    }
}
