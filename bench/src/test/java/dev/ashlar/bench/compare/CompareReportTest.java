package dev.ashlar.bench.compare;

import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.ashlar.bench.compare.CompareReport.Figure;
import dev.ashlar.bench.compare.CompareReport.RowResult;
import dev.ashlar.bench.peer.PeerKind;
import dev.ashlar.bench.replay.MachineInfo;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class CompareReportTest {
    private static final CompareReport REPORT = new CompareReport(
            new MachineInfo(2, 1L << 30, "os", "jdk"),
            "heap",
            List.of(Cell.values()),
            3,
            0.3,
            List.of(
                    new RowResult(
                            "heap",
                            Map.of(Cell.PAIR_64, new Figure(Spread.of(50, 52, 54), Spread.of(1, 1, 1))),
                            Map.of(Cell.SCOPE_64, "has no scopes"),
                            Map.of(Cell.SQLITE, 60L << 20)),
                    new RowResult(
                            "glibc (C)",
                            Map.of(Cell.PAIR_64, new Figure(Spread.of(10, 13, 9), Spread.of(0.2, 0.25, 0.17))),
                            Map.of(),
                            Map.of())),
            List.of("mimalloc: install Debian package libmimalloc2.0"));

    @Test
    void table_isAlwaysTheSame() {
        List<String> lines = CompareTable.lines(REPORT).stream().map(line -> line.replaceAll(" +", " ")).toList();

        assertEquals("nanoseconds per operation, median of 3 slices", lines.get(0));
        assertEquals(
                "allocator pair-64 pair-4k batch-64 scope-64 sqlite rocksdb clickhouse python larson alloc-test",
                lines.get(1));
        assertEquals("heap 52.0 - - - - - - - - -", lines.get(2));
        assertEquals("glibc (C) 10.0 - - - - - - - - -", lines.get(3));
        assertEquals("ratio to heap, slice by slice: median (least..most)", lines.get(5));
        assertEquals("glibc (C) 0.20 (0.17..0.25) - - - - - - - - -", lines.get(8));
        assertEquals("heap 60.0 MiB - - -", lines.get(12));
        assertEquals(" mimalloc: install Debian package libmimalloc2.0", lines.getLast());
    }

    @Test
    void table_columnsLineUp() {
        List<String> lines = CompareTable.lines(REPORT);

        assertEquals(lines.get(1).length(), lines.get(2).length());
        assertEquals(lines.get(2).length(), lines.get(3).length());
    }

    @Test
    void json_isWellFormedAndHasAllRows() throws IOException {
        StringWriter out = new StringWriter();

        CompareJson.write(REPORT, out);

        int allocators = 0;
        try (JsonParser json = new JsonFactory().createParser(out.toString())) {
            while (json.nextToken() != null) {
                allocators += "allocator".equals(json.currentName()) && json.currentToken().isScalarValue() ? 1 : 0;
            }
        }
        assertEquals(2, allocators);
        assertTrue(out.toString().contains("\"scope-64\" : \"has no scopes\""), out.toString());
        assertTrue(out.toString().contains("\"median\" : 52.0"), out.toString());
    }

    @Test
    void spread_isMedianAndExtremes() {
        assertEquals(new Spread(2, 1, 9), Spread.of(9, 1, 2));
        assertEquals(new Spread(1.5, 1, 2), Spread.of(2, 1));
        assertEquals(new Spread(2, 1, 3), Spread.ofRatios(new double[] {2, 4, 9}, new double[] {2, 2, 3}));
    }

    @Test
    void baseline_isAnAllocatorThatIsAlwaysThere() {
        assertTrue(PeerKind.BASELINE.missing().isEmpty());
    }
}
