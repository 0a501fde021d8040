package dev.ashlar.bench.workload;

import java.io.IOException;
import java.io.StringWriter;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.ashlar.bench.peer.PeerKind;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WorkloadTableTest {
    private static final WorkloadResult RESULT =
            new WorkloadResult(30_000_000, 2, 468_750, 31, 120, 1900, 52_000, 3L << 20);
    private static final WorkloadRun RUN = new WorkloadRun(WorkloadKind.LARSON, PeerKind.MALLOC, 2, RESULT, null);
    private static final WorkloadRun SKIPPED =
            new WorkloadRun(WorkloadKind.XMALLOC, PeerKind.HEAP, 2, null, "4 threads at once (heap has one owner)");

    @Test
    void table_isAlwaysTheSame() {
        assertEquals(
                "workload       allocator       M ops/s  an operation        p50 ns    p99 ns  p99.9 ns    max ns     resident",
                WorkloadTable.head());
        assertEquals(
                "larson         malloc            15.00  allocate or free        31       120      1900     52000      3.0 MiB",
                WorkloadTable.row(RUN));
        assertEquals(
                "xmalloc        heap                  -  skipped: 4 threads at once (heap has one owner)",
                WorkloadTable.row(SKIPPED));
    }

    @Test
    void json_hasARunForEach() throws IOException {
        StringWriter out = new StringWriter();
        WorkloadOptions options =
                new WorkloadOptions(List.of(WorkloadKind.LARSON), List.of(PeerKind.MALLOC), 2, 1);

        WorkloadJson.write(options, List.of(RUN, SKIPPED), out);

        int runs = 0;
        try (JsonParser json = new JsonFactory().createParser(out.toString())) {
            while (json.nextToken() != null) {
                if ("workload".equals(json.currentName()) && json.currentToken().isScalarValue()) {
                    runs++;
                }
                if ("operationsPerSecond".equals(json.currentName()) && json.currentToken().isScalarValue()) {
                    assertEquals(15e6, json.getDoubleValue());
                }
            }
        }
        assertEquals(2, runs);
        assertTrue(out.toString().contains("\"skipped\" : \"4 threads at once (heap has one owner)\""), out.toString());
        assertTrue(out.toString().contains("\"seed\" : " + options.seed()), out.toString());
    }
}
