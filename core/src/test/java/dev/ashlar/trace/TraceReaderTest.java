package dev.ashlar.trace;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TraceReaderTest {
    private static final TraceHeader HEADER = new TraceHeader(3, 6, 3, 1400);
    private static final List<Event> EVENTS = List.of(
            Event.allocate(0, 0, 300),
            Event.allocateAligned(2, 1, 1000, 4096),
            Event.resize(1, 0, 400),
            Event.free(2, 1),
            Event.allocate(0, 2, 0),
            Event.free(0, 0));

    @Test
    void next_everyOp_handsOutTheEventsInOrder() throws IOException {
        TraceReading reading = TraceReading.of(TraceBytes.of(HEADER, EVENTS).compressed());
        assertEquals(HEADER, reading.header());
        assertEquals(EVENTS, reading.events());
    }

    @Test
    void next_bytesTrickle_handsOutTheSame() throws IOException {
        byte[] compressed = TraceBytes.of(HEADER, EVENTS).compressed();
        try (TraceReader reader = TraceReader.of(new OneByteAtATime(compressed), "slow")) {
            assertEquals(EVENTS, TraceReading.of(reader).events());
        }
    }

    @Test
    void next_noEvents_isFalse() throws IOException {
        TraceReading reading = TraceReading.of(TraceBytes.header(0, 0, 0, 0).compressed());
        assertEquals(new TraceHeader(0, 0, 0, 0), reading.header());
        assertEquals(List.of(), reading.events());
    }

    @Test
    void next_idleThreads_areCounted() throws IOException {
        assertEquals(7, TraceReading.of(TraceBytes.header(7, 1, 1, 8).allocate(2, 8).compressed()).header().threads());
    }

    @Test
    void next_largestValues_arriveWhole() throws IOException {
        TraceBytes trace = TraceBytes.header(Integer.MAX_VALUE, 3, 2, Long.MAX_VALUE)
                .allocateAligned(Integer.MAX_VALUE - 1, Long.MAX_VALUE, 62)
                .resize(0, 1, 0)
                .allocate(0, Long.MAX_VALUE);
        assertEquals(
                List.of(
                        Event.allocateAligned(Integer.MAX_VALUE - 1, 0, Long.MAX_VALUE, 1L << 62),
                        Event.resize(0, 0, 0),
                        Event.allocate(0, 1, Long.MAX_VALUE)),
                TraceReading.of(trace.compressed()).events());
    }

    @Test
    void next_afterTheEnd_staysFalse() throws IOException {
        try (TraceReader reader = TraceReading.open(TraceBytes.header(1, 1, 1, 8).allocate(0, 8).compressed())) {
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertFalse(reader.next());
        }
    }

    @Test
    void next_afterDamage_isRefused() throws IOException {
        TraceBytes trace = TraceBytes.header(1, 2, 1, 8).free(0, 1).allocate(0, 8);
        try (TraceReader reader = TraceReading.open(trace.compressed())) {
            assertThrows(TraceFormatException.class, reader::next);
            IllegalStateException refusal = assertThrows(IllegalStateException.class, reader::next);
            assertEquals("trace reader: BROKEN (expected: open and undamaged)", refusal.getMessage());
            assertThrows(IllegalStateException.class, reader::op);
        }
    }

    @Test
    void next_afterClose_isRefused() throws IOException {
        TraceReader reader = TraceReading.open(TraceBytes.of(HEADER, EVENTS).compressed());
        reader.close();
        IllegalStateException refusal = assertThrows(IllegalStateException.class, reader::next);
        assertEquals("trace reader: CLOSED (expected: open and undamaged)", refusal.getMessage());
    }

    @Test
    void accessors_withoutAnEvent_areRefused() throws IOException {
        try (TraceReader reader = TraceReading.open(TraceBytes.header(0, 0, 0, 0).compressed())) {
            assertAccessorsRefused(reader, "START");
            assertFalse(reader.next());
            assertAccessorsRefused(reader, "END");
        }
    }

    private static void assertAccessorsRefused(TraceReader reader, String state) {
        IllegalStateException refusal = assertThrows(IllegalStateException.class, reader::op);
        assertEquals("trace reader: " + state + " (expected: after next() returned true)", refusal.getMessage());
        assertThrows(IllegalStateException.class, reader::thread);
        assertThrows(IllegalStateException.class, reader::block);
        assertThrows(IllegalStateException.class, reader::byteSize);
        assertThrows(IllegalStateException.class, reader::alignment);
        assertThrows(IllegalStateException.class, reader::index);
    }

    @Test
    void open_file_namesItAsGiven(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("bad.atrace.gz"), TraceBytes.empty().bytes('B').compressed());
        TraceFormatException refusal = assertThrows(TraceFormatException.class, () -> TraceReader.open(file));
        assertEquals(file + ": offset 0: byte 66 (expected: 65, the magic's 'A')", refusal.getMessage());
        assertEquals(file.toString(), refusal.file());
    }

    @Test
    void open_missingFile_isNoSuchFile(@TempDir Path directory) {
        assertThrows(NoSuchFileException.class, () -> TraceReader.open(directory.resolve("none.atrace.gz")));
    }

    @Test
    void of_damagedHeader_closesTheStream() {
        ClosingStream stream = new ClosingStream(TraceBytes.empty().bytes('B').compressed());
        assertThrows(TraceFormatException.class, () -> TraceReader.of(stream, "closing"));
        assertEquals(1, stream.closings);
    }

    @Test
    void close_twice_closesTheStreamOnce() throws IOException {
        ClosingStream stream = new ClosingStream(TraceBytes.of(HEADER, EVENTS).compressed());
        TraceReader reader = TraceReader.of(stream, "closing");
        assertEquals(0, stream.closings);
        reader.close();
        reader.close();
        assertEquals(1, stream.closings);
    }

    @Test
    void next_streamFails_isThatFailureAndNotDamage() {
        byte[] compressed = TraceBytes.of(HEADER, EVENTS).compressed();
        InputStream failing = new FilterInputStream(new ByteArrayInputStream(compressed)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                throw new IOException("disk on fire");
            }
        };
        IOException failure = assertThrows(IOException.class, () -> TraceReader.of(failing, "failing"));
        assertEquals("disk on fire", failure.getMessage());
    }

    private static final class OneByteAtATime extends FilterInputStream {
        OneByteAtATime(byte[] content) {
            super(new ByteArrayInputStream(content));
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return super.read(target, offset, Math.min(length, 1));
        }
    }

    private static final class ClosingStream extends FilterInputStream {
        private int closings;

        ClosingStream(byte[] content) {
            super(new ByteArrayInputStream(content));
        }

        @Override
        public void close() throws IOException {
            closings++;
            super.close();
        }
    }
}
