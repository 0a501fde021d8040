package dev.ashlar.bench.replay;

import java.io.IOException;
import java.io.Writer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

/**
 * Writes a report as JSON. The keys are documented in {@code docs/replay.md} and stay: programs read them.
 *
 * <pre>{@code
 * {"machine": {"cpus", "memoryBytes", "os", "jdk"},
 *  "runs": [{"trace", "allocator", "policy", "coalescing", "threads", "waits", "events", "nanosPerEvent",
 *            "nanosPerEventBest", "peakRequestedBytes", "peakCommittedBytes", "peakResidentBytes", "floorBytes", "fragmentation", "policySwitches", "verified"}]}
 * }</pre>
 *
 * <p>What is unknown is null.
 */
public final class ReplayJson {
    private ReplayJson() {}

    /**
     * Writes a report and a line break, and leaves the writer open.
     *
     * @param report to write
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(ReplayReport report, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            writeMachine(report.machine(), json);
            json.writeArrayFieldStart("runs");
            for (ReplayRun run : report.runs()) {
                writeRun(run, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    /**
     * Writes the machine that was measured on, as a field of the object that is open.
     *
     * @param machine to write
     * @param json where to
     * @throws IOException if the generator throws it
     */
    public static void writeMachine(MachineInfo machine, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("machine");
        json.writeNumberField("cpus", machine.cpus());
        json.writeNumberField("memoryBytes", machine.memoryBytes());
        json.writeStringField("os", machine.os());
        json.writeStringField("jdk", machine.jdk());
        json.writeEndObject();
    }

    private static void writeRun(ReplayRun run, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("trace", run.trace());
        json.writeStringField("allocator", run.allocator().displayName());
        JsonFields.write(json, "policy", run.policy());
        JsonFields.write(json, "coalescing", run.coalescing());
        json.writeNumberField("threads", run.threads());
        JsonFields.write(json, "waits", run.waits());
        json.writeNumberField("events", run.events());
        json.writeNumberField("nanosPerEvent", rounded(run.nanosPerEvent()));
        json.writeNumberField("nanosPerEventBest", rounded(run.nanosPerEventBest()));
        json.writeNumberField("peakRequestedBytes", run.peakRequestedBytes());
        JsonFields.write(json, "peakCommittedBytes", run.peakCommittedBytes());
        JsonFields.write(json, "peakResidentBytes", run.peakResidentBytes());
        JsonFields.write(json, "floorBytes", run.floorBytes());
        JsonFields.write(json, "fragmentation", run.fragmentation());
        JsonFields.write(json, "policySwitches", run.policySwitches());
        json.writeBooleanField("verified", run.verified());
        json.writeEndObject();
    }

    /** Picoseconds are more than the clock can tell. */
    private static double rounded(double nanos) {
        return Math.round(nanos * 1000) / 1000.0;
    }
}
