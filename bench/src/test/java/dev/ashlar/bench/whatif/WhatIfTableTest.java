package dev.ashlar.bench.whatif;

import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.bench.replay.AllocatorKind;
import dev.ashlar.bench.replay.MachineInfo;
import dev.ashlar.bench.replay.Sample;
import dev.ashlar.bench.replay.SettingTrials.Trial;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The table's lines, the sparkline, and the JSON. */
class WhatIfTableTest {
    private static final Setting SETTING =
            new Setting(AllocatorKind.ASHLAR, FitPolicy.BEST_FIT, Coalescing.DEFERRED);
    private static final WhatIfRow ROW = new WhatIfRow(
            SETTING,
            new Trial(
                    12.25,
                    11.5,
                    8L << 20,
                    6L << 20,
                    List.of(
                            new Sample(4096, 1L, 2L, 0.1),
                            new Sample(8192, 1L, 2L, 0.5),
                            new Sample(12288, 1L, null, 0.9))),
            null);
    private static final WhatIfRow FAILED = new WhatIfRow(SETTING, null, "no memory");

    @Test
    void row_withoutATerminal_hasNoSparkline() {
        WhatIfTable table = new WhatIfTable(4 << 20, false);
        assertEquals(
                "pool    best        deferred       12.3      11.5     8.0 MiB     6.0 MiB      1.500    50.0%    90.0%",
                table.row(ROW));
        assertFalse(table.head().get(1).contains("over time"));
        assertEquals(table.head().get(1).length(), table.row(ROW).length());
    }

    @Test
    void row_inATerminal_endsWithTheSparkline() {
        WhatIfTable table = new WhatIfTable(4 << 20, true);
        assertTrue(table.row(ROW).endsWith("90.0%  \u2581\u2585\u2588"), table.row(ROW));
        assertTrue(table.head().get(1).endsWith("worst  fragmentation over time"));
    }

    @Test
    void row_failed_saysWhy() {
        assertEquals(
                "pool    best        deferred   failed: no memory", new WhatIfTable(1, true).row(FAILED));
        assertThrows(IllegalArgumentException.class, () -> new WhatIfRow(SETTING, null, null));
    }

    @Test
    void row_nothingSampledNorRequested_isUnknown() {
        WhatIfRow row = new WhatIfRow(SETTING, new Trial(1, 1, 8L, null, List.of()), null);
        assertTrue(new WhatIfTable(0, true).row(row).matches("pool .* 8 B +- +- +- +-"));
        assertEquals(8, row.footprintBytes());
    }

    @Test
    void sparkline_moreSharesThanColumns_areTheirMeans() {
        assertEquals("", Sparkline.draw(new double[0], 4));
        assertEquals("\u2581\u2588", Sparkline.draw(new double[] {0, 1}, 4));
        assertEquals("\u2581\u2586", Sparkline.draw(new double[] {0, 0, 0, 1, 0, 1}, 2));
        assertEquals(4, Sparkline.draw(new double[9], 4).length());
    }

    @Test
    void json_hasEveryRowAndItsSeries() throws IOException {
        StringWriter out = new StringWriter();
        WhatIfReport report = new WhatIfReport(
                MachineInfo.current(),
                "name",
                3,
                5,
                7,
                List.of(ROW, FAILED),
                List.of(new Recommendation(SETTING, "because")));
        WhatIfJson.write(report, out);
        List<String> keys = new ArrayList<>();
        try (JsonParser json = new JsonFactory().createParser(out.toString())) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    keys.add(json.currentName());
                }
            }
        }
        assertEquals(
                List.of("machine", "cpus", "memoryBytes", "os", "jdk", "trace", "events", "eventsInFile",
                        "peakRequestedBytes", "rows"),
                keys.subList(0, 10));
        List<String> row = List.of("allocator", "policy", "coalescing", "failure", "nanosPerEvent",
                "nanosPerEventBest", "peakCommittedBytes", "peakResidentBytes", "series");
        List<String> sample = List.of("event", "committedBytes", "residentBytes", "fragmentation");
        List<String> rest = new ArrayList<>(row);
        for (int i = 0; i < 3; i++) {
            rest.addAll(sample);
        }
        rest.addAll(row);
        rest.addAll(List.of("recommendations", "allocator", "policy", "coalescing", "text"));
        assertEquals(rest, keys.subList(10, keys.size()));
        assertTrue(out.toString().contains("\"failure\" : \"no memory\""));
    }
}
