package dev.ashlar.arenas;

import java.io.IOException;
import java.nio.file.Path;

import dev.ashlar.RecordingEnd;
import dev.ashlar.record.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * A recording of a live pool; see {@link MemoryPool#startRecording}.
 *
 * <pre>{@code
 *     try (Recording recording = pool.startRecording(Path.of("query.atrace.gz"), 256 << 20)) {
 *         work();
 *     }
 * }</pre>
 *
 * <p>It does not keep its pool. That it has ended by itself, and why, goes to the logger {@code dev.ashlar}, too. Thread-safe.
 */
public final class Recording implements AutoCloseable {
    static final long LEAST_BYTES = 4096;

    private final Path path;
    private final Recorder recorder;
    private final long liveBytesAtStart;

    Recording(Path path, Recorder recorder, long liveBytesAtStart) {
        this.path = path;
        this.recorder = recorder;
        this.liveBytesAtStart = liveBytesAtStart;
    }

    /** Where the trace is, once the recording has been closed. */
    public Path path() {
        return path;
    }

    /** Whether operations are being recorded. */
    public boolean isRunning() {
        return recorder.end() == null;
    }

    /** Why it has ended, or null while it is running. */
    public @Nullable RecordingEnd stoppedBecause() {
        return recorder.end();
    }

    /** How many events are in the trace; while it is running, as of a moment ago. */
    public long events() {
        return recorder.events();
    }

    /** How many bytes these events take, before they are compressed. */
    public long bytes() {
        return recorder.bytes();
    }

    /**
     * How many operations came in and were not written, since the recording had ended before their turn came, and its callers had not been told yet.
     * What is in the trace has no gap: these all come after it.
     */
    public long droppedEvents() {
        return recorder.dropped();
    }

    /** Usable bytes that were live when the recording began: what the trace knows nothing of. */
    public long liveBytesAtStart() {
        return liveBytesAtStart;
    }

    /**
     * Ends the recording and waits until the trace is written, which takes time in proportion to its length. Blocks that are live are so at the trace's end.
     * After a recording that has ended by itself, waits until what it has is written. Closing again does nothing more.
     *
     * @throws IOException if the trace could not be written, now or earlier; there is none then, but for a file that was there before
     */
    @Override
    public void close() throws IOException {
        recorder.end(RecordingEnd.CLOSED);
        recorder.awaitDone();
        IOException failure = recorder.failure();
        if (failure != null) {
            throw new IOException("recording to " + path + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    public String toString() {
        RecordingEnd end = recorder.end();
        return "recording to %s: %d events, %s".formatted(path, events(), end == null ? "running" : end);
    }
}
