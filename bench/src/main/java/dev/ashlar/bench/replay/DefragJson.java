package dev.ashlar.bench.replay;

import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.DefragReport;
import dev.ashlar.FreeSpace;
import dev.ashlar.LockSlices;
import dev.ashlar.ReclaimKind;

/** Writes defragmentations as JSON. The keys are documented in {@code docs/replay.md} and stay: programs read them. */
public final class DefragJson {
    private DefragJson() {}

    /**
     * Writes them and a line break, and leaves the writer open.
     *
     * @param machine that ran
     * @param moments in their order
     * @param out where to
     * @throws IOException if the writer throws it
     */
    public static void write(MachineInfo machine, List<DefragMoment> moments, Writer out) throws IOException {
        JsonFactory factory = new JsonFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.useDefaultPrettyPrinter();
            json.writeStartObject();
            ReplayJson.writeMachine(machine, json);
            json.writeArrayFieldStart("defragmentations");
            for (DefragMoment moment : moments) {
                write(moment, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        out.flush();
    }

    private static void write(DefragMoment moment, JsonGenerator json) throws IOException {
        DefragReport report = moment.report();
        json.writeStartObject();
        json.writeStringField("trace", moment.trace());
        json.writeStringField("when", moment.when());
        json.writeNumberField("events", moment.events());
        json.writeNumberField("liveBytes", moment.liveBytes());
        JsonFields.write(json, "residentBytesBefore", moment.residentBefore());
        JsonFields.write(json, "residentBytesAfter", moment.residentAfter());
        json.writeStringField("end", report.end().name());
        json.writeNumberField("failures", report.failureCount());
        json.writeNumberField("purges", report.purges());
        json.writeNumberField("durationNanos", report.durationNanos());
        writeBytes(report::bytes, json);
        writeSpace("before", report.before(), json);
        writeSpace("after", report.after(), json);
        writeLocks(report.locks(), json);
        json.writeArrayFieldStart("arenas");
        for (DefragReport.ArenaRow row : report.arenas()) {
            json.writeStartObject();
            json.writeNumberField("number", row.number());
            json.writeBooleanField("fenced", row.fenced());
            json.writeNumberField("purges", row.purges());
            writeBytes(row::bytes, json);
            writeSpace("before", row.before(), json);
            writeSpace("after", row.after(), json);
            writeLocks(row.locks(), json);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeBytes(ToLongFunction<ReclaimKind> bytes, JsonGenerator json) throws IOException {
        for (ReclaimKind kind : ReclaimKind.values()) {
            json.writeNumberField(kind.name().toLowerCase(Locale.ROOT) + "Bytes", bytes.applyAsLong(kind));
        }
    }

    private static void writeSpace(String name, FreeSpace space, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("freeBlocks", space.blocks());
        json.writeNumberField("freeBytes", space.bytes());
        json.writeNumberField("largestFreeBytes", space.largestBytes());
        json.writeNumberField("fragmentation", space.fragmentation());
        json.writeEndObject();
    }

    private static void writeLocks(LockSlices locks, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("locks");
        json.writeNumberField("slices", locks.count());
        json.writeNumberField("totalNanos", locks.totalNanos());
        json.writeNumberField("longestNanos", locks.longestNanos());
        json.writeNumberField("overTwice", locks.overTwice());
        json.writeArrayFieldStart("byLog2");
        for (long count : locks.byLog2()) {
            json.writeNumber(count);
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
