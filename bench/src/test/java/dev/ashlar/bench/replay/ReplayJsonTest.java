package dev.ashlar.bench.replay;

import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ReplayJsonTest {
    private static final MachineInfo MACHINE = new MachineInfo(2, 8L << 30, "Linux 6.1 amd64", "25.0.3+9");

    @Test
    void write_report_hasExactlyTheDocumentedKeysInTheirOrder() throws IOException {
        List<String> runKeys = List.of(
                "trace",
                "allocator",
                "policy",
                "coalescing",
                "threads",
                "waits",
                "events",
                "nanosPerEvent",
                "nanosPerEventBest",
                "peakRequestedBytes",
                "peakCommittedBytes",
                "peakResidentBytes",
                "floorBytes",
                "fragmentation",
                "policySwitches",
                "verified");
        List<String> expected = new ArrayList<>(List.of("machine", "cpus", "memoryBytes", "os", "jdk", "runs"));
        expected.addAll(runKeys);
        expected.addAll(runKeys);

        assertEquals(expected, keys(json(ReplayTableTest.ASHLAR_RUN, ReplayTableTest.MALLOC_RUN)));
    }

    @Test
    void write_values_areTheRuns() throws IOException {
        String json = json(ReplayTableTest.ASHLAR_RUN);

        assertTrue(json.contains("\"allocator\" : \"ashlar\""), json);
        assertTrue(json.contains("\"policy\" : \"BEST_FIT\""), json);
        assertTrue(json.contains("\"coalescing\" : \"DEFERRED\""), json);
        assertTrue(json.contains("\"nanosPerEventBest\" : 61.051"), json);
        assertTrue(json.contains("\"peakResidentBytes\" : 256696320"), json);
        assertTrue(json.contains("\"verified\" : true"), json);
    }

    @Test
    void write_unknownValues_areNull() throws IOException {
        String json = json(ReplayTableTest.MALLOC_RUN);

        for (String key : List.of(
                "policy", "coalescing", "waits", "peakCommittedBytes", "peakResidentBytes", "floorBytes",
                "fragmentation")) {
            assertTrue(json.contains("\"" + key + "\" : null"), json);
        }
    }

    @Test
    void taskResult_asJsonAndBack_isEqual() throws IOException {
        TaskResult full = new TaskResult(
                12.25,
                11.5,
                1L << 40,
                5L,
                0L,
                0.125,
                37L,
                935L,
                List.of("a", "b"),
                List.of(new Sample(4096, 5L, 6L, 0.5), new Sample(8192, null, null, null)));

        assertEquals(full, TaskResult.ofJson(full.toJson()));
        assertEquals(TaskResult.NOTHING_MEASURED, TaskResult.ofJson(TaskResult.NOTHING_MEASURED.toJson()));
    }

    @Test
    void taskResult_ofSomethingElse_isRefused() {
        assertThrows(IOException.class, () -> TaskResult.ofJson(""));
        assertThrows(IOException.class, () -> TaskResult.ofJson("[1]"));
        assertThrows(IOException.class, () -> TaskResult.ofJson("{\"other\":1}"));
    }

    private static String json(ReplayRun... runs) throws IOException {
        StringWriter out = new StringWriter();
        ReplayJson.write(new ReplayReport(MACHINE, List.of(runs)), out);
        return out.toString();
    }

    private static List<String> keys(String json) throws IOException {
        List<String> keys = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    keys.add(parser.currentName());
                }
            }
        }
        return keys;
    }
}
