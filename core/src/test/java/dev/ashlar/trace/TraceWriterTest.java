package dev.ashlar.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class TraceWriterTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("recorded.atrace.gz");
    }

    @Test
    void close_everyOp_writesTheTraceWithItsTotals() throws IOException {
        try (TraceWriter writer = TraceWriter.create(file)) {
            assertEquals(0, writer.allocate(0, 300));
            assertEquals(1, writer.allocateAligned(2, 1000, 4096));
            writer.resize(1, 0, 400);
            writer.free(2, 1);
            assertEquals(2, writer.allocate(0, 0));
            assertEquals(new TraceHeader(3, 5, 3, 1400), writer.header());
        }
        TraceReading reading = read();
        assertEquals(new TraceHeader(3, 5, 3, 1400), reading.header());
        assertEquals(
                List.of(
                        Event.allocate(0, 0, 300),
                        Event.allocateAligned(2, 1, 1000, 4096),
                        Event.resize(1, 0, 400),
                        Event.free(2, 1),
                        Event.allocate(0, 2, 0)),
                reading.events());
        assertOnlyFile();
    }

    @Test
    void close_noEvents_writesAnEmptyTrace() throws IOException {
        TraceWriter.create(file).close();
        assertEquals(new TraceReading(new TraceHeader(0, 0, 0, 0), List.of()), read());
        assertOnlyFile();
    }

    @Test
    void close_twice_writesOnce() throws IOException {
        TraceWriter writer = TraceWriter.create(file);
        writer.allocate(0, 8);
        writer.close();
        Files.delete(file);
        writer.close();
        assertFalse(Files.exists(file));
    }

    @Test
    void close_existingFile_replacesItAsAWhole() throws IOException {
        byte[] old = Files.readAllBytes(Files.writeString(file, "an older recording"));
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 8);
            assertArrayEquals(old, Files.readAllBytes(file));
        }
        assertEquals(List.of(Event.allocate(0, 0, 8)), read().events());
        assertOnlyFile();
    }

    @Test
    void close_targetCannotBeWritten_throwsAndLeavesNoTemporaryFile() throws IOException {
        TraceWriter writer = TraceWriter.create(file);
        writer.allocate(0, 8);
        // A directory with something in it can't be replaced by a file.
        Path occupant = Files.createFile(Files.createDirectory(file).resolve("occupant"));
        assertThrows(IOException.class, writer::close);
        assertFalse(Files.isRegularFile(file));
        Files.delete(occupant);
        assertOnlyFile();
        assertThrows(IllegalStateException.class, () -> writer.allocate(0, 8));
    }

    @Test
    void create_missingDirectory_isRefused() {
        assertThrows(NoSuchFileException.class, () -> TraceWriter.create(directory.resolve("none").resolve("t.gz")));
    }

    @Test
    void create_pathWithoutFileName_isRefused() {
        Path root = directory.getRoot();
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> TraceWriter.create(root));
        assertEquals("file: " + root + " (expected: a path with a file name)", refusal.getMessage());
    }

    @Test
    void record_misuse_isRefusedAndWritesNothing() throws IOException {
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 8);
            writer.allocate(0, 8);
            writer.free(0, 0);
            TraceHeader before = writer.header();
            assertMisuse("thread: -1 (expected: 0 to 2147483646)", () -> writer.allocate(-1, 8));
            assertMisuse("thread: 2147483647 (expected: 0 to 2147483646)", () -> writer.free(Integer.MAX_VALUE, 1));
            assertMisuse("byteSize: -1 (expected: 0 or more)", () -> writer.allocate(9, -1));
            assertMisuse("byteSize: -8 (expected: 0 or more)", () -> writer.allocateAligned(9, -8, 16));
            assertMisuse("byteSize: -9 (expected: 0 or more)", () -> writer.resize(9, 1, -9));
            assertMisuse("alignment: 0 (expected: a power of two)", () -> writer.allocateAligned(9, 8, 0));
            assertMisuse("alignment: 24 (expected: a power of two)", () -> writer.allocateAligned(9, 8, 24));
            assertMisuse("alignment: -9223372036854775808 (expected: a power of two)",
                    () -> writer.allocateAligned(9, 8, Long.MIN_VALUE));
            assertMisuse("block: 0 (expected: a live block of the 2 allocated)", () -> writer.free(9, 0));
            assertMisuse("block: 0 (expected: a live block of the 2 allocated)", () -> writer.resize(9, 0, 4));
            assertMisuse("block: 2 (expected: a live block of the 2 allocated)", () -> writer.free(9, 2));
            assertMisuse("block: -1 (expected: a live block of the 2 allocated)", () -> writer.free(9, -1));
            assertMisuse("block: 9223372036854775807 (expected: a live block of the 2 allocated)",
                    () -> writer.free(9, Long.MAX_VALUE));
            assertEquals(before, writer.header());
            writer.free(0, 1);
        }
        assertEquals(
                List.of(Event.allocate(0, 0, 8), Event.allocate(0, 1, 8), Event.free(0, 0), Event.free(0, 1)),
                read().events());
    }

    @Test
    void record_liveBytesBeyondALong_areRefused() throws IOException {
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 100);
            long room = Long.MAX_VALUE - 100;
            String message =
                    "byteSize: " + (room + 1) + " (expected: at most " + room + ", with the other live blocks)";
            assertMisuse(message, () -> writer.allocate(0, room + 1));
            assertMisuse(message, () -> writer.allocateAligned(0, room + 1, 16));
            writer.allocate(0, 0);
            assertMisuse(message, () -> writer.resize(0, 1, room + 1));
            writer.resize(0, 1, room);
            writer.resize(0, 1, 0);
            writer.resize(0, 0, Long.MAX_VALUE);
        }
        assertEquals(new TraceHeader(1, 5, 2, Long.MAX_VALUE), read().header());
    }

    @Test
    void record_afterClose_isRefused() throws IOException {
        TraceWriter writer = TraceWriter.create(file);
        writer.allocate(0, 8);
        writer.close();
        for (Executable call : List.<Executable>of(
                () -> writer.allocate(0, 8),
                () -> writer.allocateAligned(0, 8, 16),
                () -> writer.free(0, 0),
                () -> writer.resize(0, 0, 16))) {
            IllegalStateException refusal = assertThrows(IllegalStateException.class, call);
            assertEquals("trace writer: CLOSED (expected: OPEN)", refusal.getMessage());
        }
    }

    @Test
    void record_writeFails_endsTheRecordingWithoutATrace() throws IOException {
        Path events = Files.createFile(directory.resolve("spool"));
        TraceWriter writer = new TraceWriter(file, events, new FullDisk());
        IOException failure = assertThrows(IOException.class, () -> {
            while (true) {
                writer.allocate(0, 8);
            }
        });
        assertEquals("disk full", failure.getMessage());
        IllegalStateException refusal = assertThrows(IllegalStateException.class, () -> writer.allocate(0, 8));
        assertEquals("trace writer: BROKEN (expected: OPEN)", refusal.getMessage());
        writer.close();
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void record_threadInterrupted_goesOn() throws IOException {
        Thread.currentThread().interrupt();
        try (TraceWriter writer = TraceWriter.create(file)) {
            writer.allocate(0, 8);
        } finally {
            // Clears the interrupt for the tests after this one.
            assertTrue(Thread.interrupted());
        }
        assertEquals(List.of(Event.allocate(0, 0, 8)), read().events());
    }

    private static final class FullDisk extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            throw new IOException("disk full");
        }
    }

    private static void assertMisuse(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    private TraceReading read() throws IOException {
        try (TraceReader reader = TraceReader.open(file)) {
            return TraceReading.of(reader);
        }
    }

    private void assertOnlyFile() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(file), files.toList());
        }
    }
}
