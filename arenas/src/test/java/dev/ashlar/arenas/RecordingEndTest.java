package dev.ashlar.arenas;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.ashlar.RecordingEnd;
import dev.ashlar.record.EventSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How recordings end: by their user, by themselves, and with their pool; and what is there then. */
@SuppressWarnings("try") // Recordings run while the body does, and are closed early to be looked at.
class RecordingEndTest {
    private static final long MAX_BYTES = 1 << 20;

    @TempDir
    private Path folder;

    private static MemoryPool open() {
        return MemoryPool.builder().name("recorded").capacity(16 << 20).build();
    }

    private Path file() {
        return folder.resolve("recording.atrace.gz");
    }

    private List<Path> files() throws IOException {
        try (var list = Files.list(folder)) {
            return list.toList();
        }
    }

    @Test
    void limit_isReached_recordingEndsByItselfAndPoolGoesOn() throws Exception {
        long maxBytes = 100_000;
        try (MemoryPool pool = open()) {
            long operations = 0;
            Recording recording = pool.startRecording(file(), maxBytes);
            while (recording.isRunning()) {
                pool.freeAddress(pool.allocateAddress(100));
                operations += 2;
            }
            assertEquals(RecordingEnd.LIMIT, recording.stoppedBecause());
            recording.close();
            recording.close();
            List<String> lines = Recorded.lines(file());
            assertEquals(lines.size(), recording.events());
            assertTrue(recording.bytes() <= maxBytes && recording.bytes() > maxBytes * 99 / 100, recording::toString);
            assertTrue(Files.size(file()) <= maxBytes, recording::toString);
            assertTrue(recording.droppedEvents() > 0, recording::toString);
            assertTrue(recording.events() + recording.droppedEvents() <= operations, recording::toString);
            assertEquals(List.of(file()), files());
            // The first events, without a gap.
            for (int i = 0; i < lines.size(); i++) {
                assertEquals(i % 2 == 0 ? "0 allocate " + i / 2 + ": 100" : "0 free " + i / 2, lines.get(i));
            }
            pool.freeAddress(pool.allocateAddress(100));
            pool.validateQuiet();
            pool.startRecording(file(), maxBytes).close();
            assertEquals(List.of(), Recorded.lines(file()));
        }
    }

    @Test
    void maxBytes_tooFew_isRefused() throws Exception {
        try (MemoryPool pool = open()) {
            IllegalArgumentException thrown =
                    assertThrows(IllegalArgumentException.class, () -> pool.startRecording(file(), 4095));
            assertEquals("maxBytes: 4095 (expected: 4096 to 9223372036854775807)", thrown.getMessage());
            pool.startRecording(file(), 4096).close();
        }
    }

    @Test
    void startRecording_twice_isRefusedAndLeavesTheFirst() throws Exception {
        try (MemoryPool pool = open()) {
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                Path second = folder.resolve("second");
                IllegalStateException thrown =
                        assertThrows(IllegalStateException.class, () -> pool.startRecording(second, MAX_BYTES));
                assertEquals(
                        "pool 'recorded' is being recorded to " + file() + " (expected: one recording at a time)",
                        thrown.getMessage());
                pool.allocateAddress(100);
                assertTrue(recording.isRunning());
            }
        }
        assertEquals(List.of("0 allocate 0: 100"), Recorded.lines(file()));
        assertEquals(List.of(file()), files());
    }

    @Test
    void startRecording_closedPool_isRefused() throws Exception {
        MemoryPool pool = open();
        pool.close();
        assertThrows(IllegalStateException.class, () -> pool.startRecording(file(), MAX_BYTES));
        assertEquals(List.of(), files());
    }

    @Test
    void startRecording_noSuchFolder_isRefusedAndPoolGoesOn() throws Exception {
        Path nowhere = folder.resolve("nowhere").resolve("file");
        try (MemoryPool pool = open()) {
            assertThrows(IOException.class, () -> pool.startRecording(nowhere, MAX_BYTES));
            try (Recording recording = pool.startRecording(file(), MAX_BYTES)) {
                pool.freeAddress(pool.allocateAddress(100));
            }
        }
        assertEquals(2, Recorded.lines(file()).size());
    }

    @Test
    void startRecording_overAFile_replacesItAtTheEnd() throws Exception {
        Files.writeString(file(), "other");
        try (MemoryPool pool = open(); Recording recording = pool.startRecording(file(), MAX_BYTES)) {
            pool.allocateAddress(100);
            assertEquals("other", Files.readString(file()));
            recording.close();
            assertEquals(List.of("0 allocate 0: 100"), Recorded.lines(file()));
        }
    }

    @Test
    void folder_isGoneAtTheEnd_closeThrowsAndPoolGoesOn() throws Exception {
        Path gone = Files.createDirectory(folder.resolve("gone"));
        try (MemoryPool pool = open()) {
            Recording recording = pool.startRecording(gone.resolve("file"), MAX_BYTES);
            pool.allocateAddress(100);
            try (var list = Files.list(gone)) {
                for (Path temporary : list.toList()) {
                    Files.delete(temporary);
                }
            }
            Files.delete(gone);
            IOException thrown = assertThrows(IOException.class, recording::close);
            assertTrue(String.valueOf(thrown.getMessage()).startsWith("recording to " + gone.resolve("file")),
                    thrown::getMessage);
            pool.allocateAddress(100);
            pool.validateQuiet();
            pool.startRecording(file(), MAX_BYTES).close();
        }
    }

    /** Takes so many events, and then fails as a full disk does. */
    private static final class FullDisk implements EventSink {
        private long left;
        private boolean closed;

        private FullDisk(long events) {
            left = events;
        }

        private boolean write() throws IOException {
            if (left == 0) {
                throw new IOException("No space left on device");
            }
            left--;
            return true;
        }

        @Override
        public boolean allocated(long thread, long address, long byteSize, long alignment) throws IOException {
            return write();
        }

        @Override
        public boolean freed(long thread, long address) throws IOException {
            return write();
        }

        @Override
        public boolean resized(long thread, long address, long moved, long byteSize) throws IOException {
            return write();
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void abandon() {
            throw new AssertionError("abandoned (expected: a sink that failed knows it)");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void write_fails_recordingEndsByItselfAndPoolGoesOn() throws Exception {
        FullDisk disk = new FullDisk(1000);
        try (MemoryPool pool = open()) {
            Recording recording = pool.startRecording(file(), disk, 0);
            while (recording.isRunning()) {
                pool.freeAddress(pool.allocateAddress(100));
            }
            assertEquals(RecordingEnd.FAILED, recording.stoppedBecause());
            IOException thrown = assertThrows(IOException.class, recording::close);
            assertEquals("recording to " + file() + ": No space left on device", thrown.getMessage());
            assertNotNull(thrown.getCause());
            assertEquals(1000, recording.events());
            assertTrue(recording.droppedEvents() > 0);
            assertTrue(disk.closed);
            pool.freeAddress(pool.allocateAddress(100));
            pool.validateQuiet();
            pool.startRecording(file(), MAX_BYTES).close();
        }
    }

    @Test
    void pool_isClosed_recordingIsWrittenBeforeThat() throws Exception {
        MemoryPool pool = open();
        Recording recording = pool.startRecording(file(), MAX_BYTES);
        pool.allocateAddress(100);
        pool.close();
        assertEquals(List.of("0 allocate 0: 100"), Recorded.lines(file()));
        assertEquals(RecordingEnd.POOL_CLOSED, recording.stoppedBecause());
        recording.close();
        assertEquals(RecordingEnd.POOL_CLOSED, recording.stoppedBecause());
        assertEquals(1, recording.events());
    }

    @Test
    void pool_isClosedAfterTheLimit_recordingIsWrittenBeforeThat() throws Exception {
        try (MemoryPool pool = open()) {
            Recording recording = pool.startRecording(file(), 1 << 20);
            while (recording.isRunning()) {
                pool.freeAddress(pool.allocateAddress(100));
            }
        }
        assertFalse(Recorded.lines(file()).isEmpty());
    }

    /** A thread writes a segment into a pipe that has less room, so the pool can't be closed. */
    @Test
    void pool_closeIsRefused_recordingGoesOn() throws Exception {
        int bytes = 1 << 20;
        Pipe pipe = Pipe.open();
        try (MemoryPool pool = open()) {
            ByteBuffer source = pool.allocate(bytes).fill((byte) 1).asByteBuffer();
            ConfinedPool view = pool.confined();
            Recording recording = pool.startRecording(file(), MAX_BYTES);
            Tasks.Running writer = Tasks.start(() -> {
                while (source.hasRemaining()) {
                    pipe.sink().write(source);
                }
            });
            // One byte has come, and a pipe takes less than all of them: the writer is in its call, and stays there.
            assertEquals(1, pipe.source().read(ByteBuffer.allocate(1)));
            assertThrows(IllegalStateException.class, pool::close);
            assertFalse(pool.isClosed());
            assertTrue(recording.isRunning());
            pool.allocateAddress(200);
            view.allocateAddress(300);
            recording.close();
            ByteBuffer rest = ByteBuffer.allocate(1 << 16);
            for (int left = bytes - 1; left > 0;) {
                left -= pipe.source().read(rest.clear());
            }
            writer.join();
        }
        assertEquals(List.of("0 allocate 0: 200", "0 allocate 1: 300"), Recorded.lines(file()));
    }

    @Test
    void pool_isDropped_recordingEndsAndIsWritten() throws Exception {
        Recording[] recording = new Recording[1];
        WeakReference<MemoryPool> pool = recordAndDrop(recording);
        while (recording[0].isRunning()) {
            System.gc();
        }
        assertSame(null, pool.get());
        assertEquals(RecordingEnd.POOL_DROPPED, recording[0].stoppedBecause());
        recording[0].close();
        assertEquals(List.of("0 allocate 0: 100"), Recorded.lines(file()));
    }

    private WeakReference<MemoryPool> recordAndDrop(@Nullable Recording[] recording) throws IOException {
        MemoryPool pool = MemoryPool.builder().name("dropped").capacity(1 << 20).build();
        recording[0] = pool.startRecording(file(), MAX_BYTES);
        pool.allocateAddress(100);
        return new WeakReference<>(pool);
    }

    @Test
    void close_interruptedThread_isWrittenAndStaysInterrupted() throws Exception {
        try (MemoryPool pool = open(); Recording recording = pool.startRecording(file(), MAX_BYTES)) {
            pool.allocateAddress(100);
            Thread.currentThread().interrupt();
            recording.close();
            assertTrue(Thread.interrupted());
            assertEquals(1, recording.events());
        }
    }
}
