package dev.ashlar.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The project's recorded traces, in the folder that the system property {@code ashlar.traces} names. */
class RecordedTracesTest {
    // The table of traces/README.md.
    @ParameterizedTest
    @CsvSource({
        "sqlite,     3767669, 1870569,   1,  60812904,  136,      0",
        "rocksdb,    4000000, 2002500,  37,  12791440,  446,    935",
        "clickhouse, 1301481,  542006, 106, 236618007, 6292, 232171",
        "python,     2598924, 1283695,   1,  31638686,  117,      0"
    })
    void next_recordedTrace_hasTheTotalsOfItsTable(
            String name, long events, int blocks, int threads, long peakLiveBytes, long meanSize, long remoteFrees)
            throws IOException {
        try (TraceReader reader = TraceReader.open(file(name))) {
            assertEquals(new TraceHeader(threads, events, blocks, peakLiveBytes), reader.header());
            int[] allocators = new int[blocks];
            long seen = 0;
            long requests = 0;
            long requestedBytes = 0;
            long freedElsewhere = 0;
            while (reader.next()) {
                seen++;
                int block = (int) reader.block();
                switch (reader.op()) {
                    case ALLOCATE, ALLOCATE_ALIGNED -> allocators[block] = reader.thread();
                    case FREE -> freedElsewhere += reader.thread() == allocators[block] ? 0 : 1;
                    case RESIZE -> {}
                }
                requests += reader.op() == TraceOp.FREE ? 0 : 1;
                requestedBytes += reader.byteSize();
            }
            assertEquals(events, seen);
            assertEquals(meanSize, Math.round((double) requestedBytes / requests));
            assertEquals(remoteFrees, freedElsewhere);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "rocksdb", "clickhouse", "python"})
    void write_recordedTrace_isTheSameBytes(String name, @TempDir Path directory) throws IOException {
        Path copy = directory.resolve("copy.atrace.gz");
        try (TraceReader reader = TraceReader.open(file(name));
                TraceWriter writer = TraceWriter.create(copy)) {
            while (reader.next()) {
                TraceRoundTripTest.write(Event.current(reader), writer);
            }
        }
        byte[] original = TraceRoundTripTest.uncompress(Files.readAllBytes(file(name)));
        byte[] rewritten = TraceRoundTripTest.uncompress(Files.readAllBytes(copy));
        assertEquals(-1, Arrays.mismatch(original, rewritten), "first byte that differs");
    }

    private static Path file(String name) {
        String folder = System.getProperty("ashlar.traces", "");
        assertTrue(!folder.isEmpty(), "ashlar.traces: not set (expected: the project's traces folder)");
        return Path.of(folder, name + ".atrace.gz");
    }
}
