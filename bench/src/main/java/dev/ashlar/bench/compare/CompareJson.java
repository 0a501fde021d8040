package dev.ashlar.bench.compare;

import java.io.IOException;
import java.io.Writer;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.bench.compare.CompareReport.Figure;
import dev.ashlar.bench.compare.CompareReport.RowResult;
import dev.ashlar.bench.replay.ReplayJson;
import org.jspecify.annotations.Nullable;

/** Writes a comparison as JSON. The keys are documented in {@code docs/workloads.md} and stay: programs read them. */
public final class CompareJson {
    private CompareJson() {}

    /**
     * Writes a report and a line break, and leaves the writer open.
     *
     * @param report to write
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(CompareReport report, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            ReplayJson.writeMachine(report.machine(), json);
            json.writeStringField("baseline", report.baseline());
            json.writeNumberField("repetitions", report.repetitions());
            json.writeNumberField("secondsPerCell", report.secondsPerCell());
            json.writeArrayFieldStart("rows");
            for (RowResult row : report.rows()) {
                writeRow(row, json);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("missing");
            for (String missing : report.missing()) {
                json.writeString(missing);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private static void writeRow(RowResult row, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("allocator", row.name());
        json.writeObjectFieldStart("cells");
        for (Map.Entry<Cell, Figure> entry : row.figures().entrySet()) {
            json.writeObjectFieldStart(entry.getKey().displayName());
            writeSpread("nanos", entry.getValue().nanos(), json);
            writeSpread("ratio", entry.getValue().ratio(), json);
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("skipped");
        for (Map.Entry<Cell, String> entry : row.skipped().entrySet()) {
            json.writeStringField(entry.getKey().displayName(), entry.getValue());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("peakResidentBytes");
        for (Map.Entry<Cell, Long> entry : row.peakResidentBytes().entrySet()) {
            json.writeNumberField(entry.getKey().displayName(), entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeSpread(String name, @Nullable Spread spread, JsonGenerator json) throws IOException {
        if (spread == null) {
            json.writeNullField(name);
            return;
        }
        json.writeObjectFieldStart(name);
        json.writeNumberField("median", spread.median());
        json.writeNumberField("least", spread.least());
        json.writeNumberField("most", spread.most());
        json.writeEndObject();
    }
}
