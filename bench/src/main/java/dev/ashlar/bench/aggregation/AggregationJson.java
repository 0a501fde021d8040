package dev.ashlar.bench.aggregation;

import java.io.IOException;
import java.io.Writer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.ReplayJson;

/** Writes a result as JSON. The keys are documented in {@code docs/spill.md} and stay: programs read them. */
public final class AggregationJson {
    private AggregationJson() {}

    /**
     * Writes a result and a line break, and leaves the writer open.
     *
     * @throws IOException if the writer throws it
     */
    public static void write(AggregationResult result, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            ReplayJson.writeMachine(MachineInfo.current(), json);
            AggregationOptions options = result.options();
            json.writeNumberField("rows", options.rows());
            json.writeNumberField("keys", options.keys());
            json.writeNumberField("poolBytes", options.poolBytes());
            json.writeNumberField("partitions", options.partitions());
            json.writeNumberField("seed", options.seed());
            json.writeNumberField("groups", result.groups());
            json.writeNumberField("stateBytes", result.stateBytes());
            json.writeNumberField("stateToCapacity", result.stateToCapacity());
            json.writeNumberField("scanNanos", result.scanNanos());
            json.writeNumberField("mergeNanos", result.mergeNanos());
            json.writeNumberField("rowsPerSecond", result.rowsPerSecond());
            json.writeNumberField("runs", result.runs());
            json.writeNumberField("spilledBytes", result.spilledBytes());
            json.writeNumberField("restoredBytes", result.restoredBytes());
            json.writeNumberField("peakResidentBytes", result.peakResidentBytes());
            json.writeNumberField("failures", result.failures());
            json.writeNumberField("pressureCalls", result.pressureCalls());
            json.writeBooleanField("checked", result.isChecked());
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }
}
