package dev.ashlar.bench.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import dev.ashlar.trace.TraceFormatException;
import dev.ashlar.trace.TraceOp;
import dev.ashlar.trace.TraceReader;
import dev.ashlar.trace.TraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.ashlar.bench.replay.Messages.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class FlatTraceTest {
    @TempDir
    Path directory;

    @Test
    void read_smallTrace_keepsEveryEvent() throws IOException {
        Path file = directory.resolve("small.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 100);
            writer.allocateAligned(1, 200, 4096);
            writer.resize(0, 0, 300);
            writer.free(2, 1);
        }

        FlatTrace trace = FlatTrace.read(file);

        assertEquals(4, trace.eventCount());
        assertEquals(2, trace.blockCount());
        assertEvent(trace, 0, FlatTrace.ALLOCATE, 0, 100, 1);
        assertEvent(trace, 1, FlatTrace.ALLOCATE_ALIGNED, 1, 200, 4096);
        assertEvent(trace, 2, FlatTrace.RESIZE, 0, 300, 1);
        assertEvent(trace, 3, FlatTrace.FREE, 1, 0, 1);
    }

    @Test
    void read_randomTrace_equalsTheReader() throws IOException {
        Path file = SmallTraces.writeRandom(directory.resolve("random.atrace.gz"), 5000, 1);

        FlatTrace trace = FlatTrace.read(file);

        try (TraceReader reader = TraceReader.open(file)) {
            assertEquals(reader.header().events(), trace.eventCount());
            assertEquals(reader.header().blocks(), trace.blockCount());
            while (reader.next()) {
                assertEvent(
                        trace,
                        (int) reader.index(),
                        reader.op().code(),
                        (int) reader.block(),
                        reader.byteSize(),
                        reader.alignment());
            }
        }
    }

    @Test
    void read_truncatedFile_isRefusedWithItsOffset() throws IOException {
        Path file = SmallTraces.writeRandom(directory.resolve("cut.atrace.gz"), 500, 1);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

        TraceFormatException e = assertThrows(TraceFormatException.class, () -> FlatTrace.read(file));

        assertSays("offset", e);
    }

    @Test
    void read_blockLargerThanTheFlatForm_isRefusedWithItsEvent() throws IOException {
        Path file = directory.resolve("large.atrace.gz");
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 1);
            writer.allocate(0, FlatTrace.MAX_BYTE_SIZE + 1);
        }

        IOException e = assertThrows(IOException.class, () -> FlatTrace.read(file));

        assertSays("event 1", e);
    }

    @Test
    void build_moreEventsThanExpected_growsTheArrays() {
        FlatTrace.Builder builder = new FlatTrace.Builder(1);
        for (int i = 0; i < 1000; i++) {
            builder.allocate(i);
        }

        FlatTrace trace = builder.build();

        assertEquals(1000, trace.eventCount());
        assertEvent(trace, 999, FlatTrace.ALLOCATE, 999, 999, 1);
    }

    @Test
    void build_extremeValues_areKept() {
        FlatTrace.Builder builder = new FlatTrace.Builder(1);
        builder.allocateAligned(FlatTrace.MAX_BYTE_SIZE, 1L << 62);

        assertEvent(builder.build(), 0, FlatTrace.ALLOCATE_ALIGNED, 0, FlatTrace.MAX_BYTE_SIZE, 1L << 62);
    }

    @Test
    void ops_equalTheFormatsCodes() {
        assertEquals(TraceOp.ALLOCATE.code(), FlatTrace.ALLOCATE);
        assertEquals(TraceOp.FREE.code(), FlatTrace.FREE);
        assertEquals(TraceOp.RESIZE.code(), FlatTrace.RESIZE);
        assertEquals(TraceOp.ALLOCATE_ALIGNED.code(), FlatTrace.ALLOCATE_ALIGNED);
    }

    private static void assertEvent(FlatTrace trace, int event, int op, int block, long byteSize, long alignment) {
        long operation = trace.operation(event);
        String name = "event " + event;
        assertEquals(op, FlatTrace.op(operation), name);
        assertEquals(block, trace.block(event), name);
        assertEquals(byteSize, FlatTrace.byteSize(operation), name);
        assertEquals(alignment, FlatTrace.alignment(operation), name);
    }
}
