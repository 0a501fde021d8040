package dev.ashlar.bench.workload;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.ReplayJson;

/** Writes runs as JSON. The keys are documented in {@code docs/workloads.md} and stay: programs read them. */
public final class WorkloadJson {
    private WorkloadJson() {}

    /**
     * Writes runs and a line break, and leaves the writer open.
     *
     * @param options that they ran with
     * @param runs to write
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(WorkloadOptions options, List<WorkloadRun> runs, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            ReplayJson.writeMachine(MachineInfo.current(), json);
            json.writeNumberField("seed", options.seed());
            json.writeArrayFieldStart("runs");
            for (WorkloadRun run : runs) {
                writeRun(run, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private static void writeRun(WorkloadRun run, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("workload", run.workload().displayName());
        json.writeStringField("allocator", run.allocator().displayName());
        json.writeNumberField("threads", run.threads());
        json.writeStringField("skipped", run.skipped());
        WorkloadResult result = run.result();
        if (result != null) {
            json.writeStringField("operation", run.workload().unit().title());
            json.writeNumberField("operationsPerSecond", result.operationsPerSecond());
            result.writeFields(json);
        }
        json.writeEndObject();
    }
}
