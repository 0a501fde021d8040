package dev.ashlar.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.Recording;
import dev.ashlar.trace.TraceReader;
import org.jspecify.annotations.Nullable;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Recordings of a pool under stress, one after the other: each that has ended is read back. */
final class StressRecordings implements AutoCloseable {
    private static final long MAX_BYTES = 4 << 20;

    private final MemoryPool pool;
    private final Path folder;
    private final Path file;
    private @Nullable Recording running;
    private int finished;
    private long events;

    StressRecordings(MemoryPool pool) throws IOException {
        this.pool = pool;
        folder = Files.createTempDirectory("ashlar-stress");
        file = folder.resolve("trace");
    }

    boolean isRunning() {
        return running != null;
    }

    void start() {
        try {
            running = pool.startRecording(file, MAX_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the one that runs, if one does: its file is a sound trace of as many events. It may have ended before, being full or too slow. */
    void stop() {
        Recording ended = running;
        if (ended == null) {
            return;
        }
        running = null;
        try {
            ended.close();
            long read = 0;
            try (TraceReader reader = TraceReader.open(file)) {
                while (reader.next()) {
                    read++;
                }
            }
            assertEquals(ended.events(), read, () -> "events: " + ended);
            finished++;
            events += read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int finished() {
        return finished;
    }

    long events() {
        return events;
    }

    @Override
    public void close() throws IOException {
        stop();
        Files.deleteIfExists(file);
        Files.delete(folder);
    }
}
