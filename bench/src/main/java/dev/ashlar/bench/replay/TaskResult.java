package dev.ashlar.bench.replay;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.bench.replay.ReplayAllocator.HeapFigures;
import org.jspecify.annotations.Nullable;

/**
 * What a child measured; null for all that it did not. Travels as JSON on the child's standard output, with the components' names as
 * keys.
 *
 * @param nanosPerEvent median of the timed passes
 * @param nanosPerEventBest best of the timed passes
 * @param peakCommittedBytes as in {@link ResidentPass.Footprint}
 * @param peakResidentBytes as in {@link ResidentPass.Footprint}
 * @param largestFreeBytes after the last event
 * @param fragmentation after the last event
 * @param threads that replayed in parallel
 * @param waits as in {@link ParallelTimedPasses.Result}
 * @param policySwitches as in {@link ResidentPass.Footprint}
 * @param series as in {@link ResidentPass.Footprint}; empty if nothing was sampled
 */
record TaskResult(
        @Nullable Double nanosPerEvent,
        @Nullable Double nanosPerEventBest,
        @Nullable Long peakCommittedBytes,
        @Nullable Long peakResidentBytes,
        @Nullable Long largestFreeBytes,
        @Nullable Double fragmentation,
        @Nullable Long threads,
        @Nullable Long waits,
        List<String> policySwitches,
        List<Sample> series) {
    static final TaskResult NOTHING_MEASURED =
            new TaskResult(null, null, null, null, null, null, null, null, List.of(), List.of());

    private static final JsonFactory JSON = new JsonFactory();

    static TaskResult ofTiming(TimedPasses.Timing timing) {
        return new TaskResult(timing.median(), timing.best(), null, null, null, null, null, null, List.of(), List.of());
    }

    static TaskResult ofTiming(ParallelTimedPasses.Result result) {
        return new TaskResult(
                result.timing().median(),
                result.timing().best(),
                null,
                null,
                null,
                null,
                (long) result.threads(),
                result.waits(),
                List.of(),
                List.of());
    }

    static TaskResult ofFootprint(ResidentPass.Footprint footprint) {
        HeapFigures atEnd = footprint.atEnd().orElse(null);
        return new TaskResult(
                null,
                null,
                footprint.peakCommittedBytes(),
                footprint.peakResidentBytes(),
                atEnd == null ? null : atEnd.largestFreeBytes(),
                atEnd == null ? null : atEnd.fragmentation(),
                null,
                null,
                footprint.policySwitches(),
                footprint.series());
    }

    String toJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            JsonFields.write(json, "nanosPerEvent", nanosPerEvent);
            JsonFields.write(json, "nanosPerEventBest", nanosPerEventBest);
            JsonFields.write(json, "peakCommittedBytes", peakCommittedBytes);
            JsonFields.write(json, "peakResidentBytes", peakResidentBytes);
            JsonFields.write(json, "largestFreeBytes", largestFreeBytes);
            JsonFields.write(json, "fragmentation", fragmentation);
            JsonFields.write(json, "threads", threads);
            JsonFields.write(json, "waits", waits);
            JsonFields.write(json, "policySwitches", policySwitches);
            SeriesJson.write(series, json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a string refused to be written to", e);
        }
        return text.toString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IOException if it is something else
     */
    static TaskResult ofJson(String text) throws IOException {
        Double nanosPerEvent = null;
        Double nanosPerEventBest = null;
        Long peakCommittedBytes = null;
        Long peakResidentBytes = null;
        Long largestFreeBytes = null;
        Double fragmentation = null;
        Long threads = null;
        Long waits = null;
        List<String> policySwitches = new ArrayList<>();
        List<Sample> series = List.of();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("result: \"" + text + "\" (expected: a JSON object)");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                boolean absent = json.nextToken() == JsonToken.VALUE_NULL;
                switch (name) {
                    case "nanosPerEvent" -> nanosPerEvent = absent ? null : json.getDoubleValue();
                    case "nanosPerEventBest" -> nanosPerEventBest = absent ? null : json.getDoubleValue();
                    case "peakCommittedBytes" -> peakCommittedBytes = absent ? null : json.getLongValue();
                    case "peakResidentBytes" -> peakResidentBytes = absent ? null : json.getLongValue();
                    case "largestFreeBytes" -> largestFreeBytes = absent ? null : json.getLongValue();
                    case "fragmentation" -> fragmentation = absent ? null : json.getDoubleValue();
                    case "threads" -> threads = absent ? null : json.getLongValue();
                    case SeriesJson.KEY -> series = SeriesJson.read(json);
                    case "waits" -> waits = absent ? null : json.getLongValue();
                    case "policySwitches" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            policySwitches.add(json.getText());
                        }
                    }
                    default -> throw new IOException("result: key " + name + " (expected: a component of TaskResult)");
                }
            }
        }
        return new TaskResult(
                nanosPerEvent,
                nanosPerEventBest,
                peakCommittedBytes,
                peakResidentBytes,
                largestFreeBytes,
                fragmentation,
                threads,
                waits,
                List.copyOf(policySwitches),
                series);
    }
}
