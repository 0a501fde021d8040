package dev.ashlar.bench.space;

import java.io.IOException;
import java.io.Writer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

/**
 * Writes a report as JSON. The keys are documented in {@code docs/volumes.md} and stay: programs read them.
 *
 * <pre>{@code
 * {"script", "kind", "policy", "requests", "frees", "skippedFrees", "peakUsed", "used", "free", "largestFree", "fragmentation",
 *  "spaces": [{"name", "note", "start", "end", "used", "free", "largestFree", "fragmentation"}],
 *  "placements": [{"line", "name", "requested", "parts": [{"source", "offset", "length", "role", "stripe", "copy"}]}],
 *  "refusals": [{"line", "name", "reason"}]}
 * }</pre>
 */
public final class SpaceJson {
    private SpaceJson() {}

    /**
     * Writes a report and a line break, and leaves the writer open.
     *
     * @param report to write
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(SpaceReport report, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            json.writeStringField("script", report.script());
            json.writeStringField("kind", report.kind().name());
            json.writeStringField("policy", report.policy());
            json.writeNumberField("requests", report.requests());
            json.writeNumberField("frees", report.frees());
            json.writeNumberField("skippedFrees", report.skippedFrees());
            json.writeNumberField("peakUsed", report.peakUsed());
            json.writeNumberField("used", report.used());
            json.writeNumberField("free", report.free());
            json.writeNumberField("largestFree", report.largestFree());
            json.writeNumberField("fragmentation", rounded(report.fragmentation()));
            json.writeArrayFieldStart("spaces");
            for (SpaceReport.Mapped space : report.spaces()) {
                writeSpace(space, json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("placements");
            for (SpaceReport.Placed placed : report.placements()) {
                writePlaced(placed, json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("refusals");
            for (SpaceReport.Refused refused : report.refusals()) {
                json.writeStartObject();
                json.writeNumberField("line", refused.line());
                json.writeStringField("name", refused.name());
                json.writeStringField("reason", refused.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private static void writeSpace(SpaceReport.Mapped space, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", space.name());
        json.writeStringField("note", space.note());
        json.writeNumberField("start", space.start());
        json.writeNumberField("end", space.end());
        json.writeNumberField("used", space.used());
        json.writeNumberField("free", space.free());
        json.writeNumberField("largestFree", space.largestFree());
        json.writeNumberField("fragmentation", rounded(space.fragmentation()));
        json.writeEndObject();
    }

    private static void writePlaced(SpaceReport.Placed placed, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("line", placed.line());
        json.writeStringField("name", placed.name());
        json.writeNumberField("requested", placed.requested());
        json.writeArrayFieldStart("parts");
        for (Part part : placed.parts()) {
            json.writeStartObject();
            json.writeStringField("source", part.source());
            json.writeNumberField("offset", part.offset());
            json.writeNumberField("length", part.length());
            json.writeStringField("role", part.role().name());
            json.writeNumberField("stripe", part.stripe());
            json.writeNumberField("copy", part.copy());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static double rounded(double share) {
        return Math.round(share * 1e6) / 1e6;
    }
}
