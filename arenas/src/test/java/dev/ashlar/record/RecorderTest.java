package dev.ashlar.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import dev.ashlar.RecordingEnd;
import dev.ashlar.trace.TraceReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The recorder by itself: what it writes, and that it ends whatever happens. */
class RecorderTest {
    private static final int SLOTS = 1024;

    private final AtomicInteger detached = new AtomicInteger();

    private Recorder start(EventSink sink) {
        Recorder recorder =
                new Recorder("pool", "target", sink, detached::incrementAndGet, () -> false, SLOTS);
        recorder.start();
        return recorder;
    }

    private static IOException failureOf(Recorder recorder) {
        return Objects.requireNonNull(recorder.failure(), "failure");
    }

    /** Remembers events, and does something at each. */
    private static class Sink implements EventSink {
        final List<String> events = new ArrayList<>();
        boolean abandoned;
        boolean closed;

        void check() throws IOException {}

        @Override
        public boolean allocated(long thread, long address, long byteSize, long alignment) throws IOException {
            check();
            return events.add("allocated " + address + ": " + byteSize + " at " + alignment);
        }

        @Override
        public boolean freed(long thread, long address) throws IOException {
            check();
            return events.add("freed " + address);
        }

        @Override
        public boolean resized(long thread, long address, long moved, long byteSize) throws IOException {
            check();
            return events.add("resized " + address + " to " + moved + ": " + byteSize);
        }

        @Override
        public long bytes() {
            return events.size();
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void abandon() {
            abandoned = true;
        }

        @Override
        public void close() throws IOException {
            closed = true;
        }
    }

    @Test
    void events_areWrittenInTheOrderOfTheirPlaces_withoutThoseThatFailed() {
        Sink sink = new Sink();
        Recorder recorder = start(sink);
        recorder.allocated(16, 100, 64);
        long free = recorder.claim();
        long resize = recorder.claim();
        recorder.allocated(32, 200, 16);
        long failed = recorder.claim();
        recorder.resized(resize, 48, 64, 5, true);
        recorder.freed(free, 16, true);
        recorder.freed(failed, 32, false);
        recorder.end(RecordingEnd.CLOSED);
        recorder.awaitDone();
        assertEquals(
                List.of("allocated 16: 100 at 64", "freed 16", "resized 48 to 64: 5", "allocated 32: 200 at 16"),
                sink.events);
        assertEquals(4, recorder.events());
        assertEquals(4, recorder.bytes());
        assertEquals(0, recorder.dropped());
        assertNull(recorder.failure());
        assertTrue(sink.closed);
        assertFalse(sink.abandoned);
        assertEquals(1, detached.get());
    }

    @Test
    void end_waitsForWhoClaimedAPlaceBefore() {
        Sink sink = new Sink();
        Recorder recorder = start(sink);
        long free = recorder.claim();
        recorder.end(RecordingEnd.CLOSED);
        recorder.allocated(32, 200, 16);
        assertEquals(EventRing.REFUSED, recorder.claim());
        recorder.freed(EventRing.REFUSED, 48, true);
        recorder.freed(free, 16, true);
        recorder.awaitDone();
        assertEquals(List.of("freed 16"), sink.events);
    }

    @Test
    void end_twice_keepsTheFirstReason() {
        Recorder recorder = start(new Sink());
        assertNull(recorder.end());
        recorder.end(RecordingEnd.POOL_CLOSED);
        recorder.end(RecordingEnd.CLOSED);
        recorder.awaitDone();
        assertEquals(RecordingEnd.POOL_CLOSED, recorder.end());
        assertEquals(1, detached.get());
    }

    @Test
    void sink_throwsWhatNobodyForesaw_recordingIsAbandoned() {
        Sink sink = new Sink() {
            @Override
            void check() {
                throw new IllegalStateException("not foreseen");
            }
        };
        Recorder recorder = start(sink);
        recorder.allocated(16, 100, 16);
        recorder.awaitDone();
        assertEquals(RecordingEnd.FAILED, recorder.end());
        assertTrue(sink.abandoned);
        assertTrue(sink.closed);
        assertInstanceOf(IllegalStateException.class, failureOf(recorder).getCause());
        assertEquals(1, detached.get());
        assertEquals(EventRing.REFUSED, recorder.claim());
    }

    @Test
    void sink_closeFails_isTheFailure() {
        Sink sink = new Sink() {
            @Override
            public void close() throws IOException {
                throw new IOException("no room");
            }
        };
        Recorder recorder = start(sink);
        recorder.end(RecordingEnd.CLOSED);
        recorder.awaitDone();
        assertEquals("no room", failureOf(recorder).getMessage());
    }

    /** The writer hangs, callers go on after a while, and what came before is written without a gap. */
    @Test
    void writer_hangs_recordingEndsWhereItFellBehind() {
        CountDownLatch go = new CountDownLatch(1);
        Sink sink = new Sink() {
            @Override
            void check() throws IOException {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        };
        Recorder recorder = start(sink);
        for (int i = 0; i < 2 * SLOTS; i++) {
            recorder.allocated(16L * i + 16, i, 16);
        }
        go.countDown();
        recorder.awaitDone();
        assertEquals(RecordingEnd.FELL_BEHIND, recorder.end());
        assertNull(recorder.failure());
        assertEquals(SLOTS, sink.events.size());
        for (int i = 0; i < SLOTS; i++) {
            assertEquals("allocated " + (16 * i + 16) + ": " + i + " at 16", sink.events.get(i));
        }
    }

    @Test
    void freeThatWasNotSeen_isWrittenBeforeTheNextAllocation(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("trace");
        TraceSink sink = TraceSink.create(file, 1 << 20);
        assertTrue(sink.allocated(1, 16, 100, 16));
        assertTrue(sink.allocated(1, 16, 200, 16));
        assertTrue(sink.freed(1, 16));
        assertFalse(sink.freed(1, 16));
        assertFalse(sink.resized(1, 16, 16, 300));
        sink.close();
        assertTrue(Files.size(file) > 0);
        try (TraceReader reader = TraceReader.open(file)) {
            assertEquals(4, reader.header().events());
            assertEquals(200, reader.header().peakLiveBytes());
            while (reader.next()) {
                assertEquals(0, reader.thread());
            }
        }
    }
}
