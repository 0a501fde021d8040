package dev.ashlar.bench.whatif;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.bench.replay.JsonFields;
import dev.ashlar.bench.replay.ReplayJson;
import dev.ashlar.bench.replay.SeriesJson;
import dev.ashlar.bench.replay.SettingTrials.Trial;

/** Writes a report as JSON. The keys are documented in {@code docs/whatif.md} and stay: programs read them. */
public final class WhatIfJson {
    private WhatIfJson() {}

    /**
     * Writes a report and a line break, and leaves the writer open.
     *
     * @param report to write
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(WhatIfReport report, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            ReplayJson.writeMachine(report.machine(), json);
            json.writeStringField("trace", report.trace());
            json.writeNumberField("events", report.events());
            json.writeNumberField("eventsInFile", report.eventsInFile());
            json.writeNumberField("peakRequestedBytes", report.peakRequestedBytes());
            json.writeArrayFieldStart("rows");
            for (WhatIfRow row : report.rows()) {
                writeRow(row, json);
            }
            json.writeEndArray();
            writeRecommendations(report.recommendations(), json);
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private static void writeRow(WhatIfRow row, JsonGenerator json) throws IOException {
        json.writeStartObject();
        writeSetting(row.setting(), json);
        json.writeStringField("failure", row.failure());
        Trial trial = row.trial();
        JsonFields.write(json, "nanosPerEvent", trial == null ? null : (Double) rounded(trial.nanosPerEvent()));
        JsonFields.write(
                json, "nanosPerEventBest", trial == null ? null : (Double) rounded(trial.nanosPerEventBest()));
        JsonFields.write(json, "peakCommittedBytes", trial == null ? null : trial.peakCommittedBytes());
        JsonFields.write(json, "peakResidentBytes", trial == null ? null : trial.peakResidentBytes());
        SeriesJson.write(trial == null ? List.of() : trial.series(), json);
        json.writeEndObject();
    }

    private static void writeRecommendations(List<Recommendation> recommendations, JsonGenerator json)
            throws IOException {
        json.writeArrayFieldStart("recommendations");
        for (Recommendation recommendation : recommendations) {
            json.writeStartObject();
            writeSetting(recommendation.setting(), json);
            json.writeStringField("text", recommendation.text());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeSetting(Setting setting, JsonGenerator json) throws IOException {
        json.writeStringField("allocator", setting.family());
        json.writeStringField("policy", setting.policy().name());
        json.writeStringField("coalescing", setting.coalescing().name());
    }

    /** Picoseconds are more than the clock can tell. */
    private static double rounded(double nanos) {
        return Math.round(nanos * 1000) / 1000.0;
    }
}
