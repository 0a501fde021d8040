package dev.ashlar.pool;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.concurrent.CountDownLatch;

import dev.ashlar.RecordingEnd;
import dev.ashlar.lock.LockRank;
import dev.ashlar.record.EventSink;
import dev.ashlar.record.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends the recording of a pool, of which there is one at a time.
 *
 * <p>How a recorder comes to see blocks is said at {@link Observation}.
 */
final class Recordings {
    private final PoolParts parts;
    private final Object lock = new Object();

    /** Of the recording that began last. Guarded by lock. */
    private @Nullable CountDownLatch latest;

    Recordings(PoolParts parts) {
        this.parts = parts;
    }

    /**
     * Begins a recording.
     *
     * @param target what is written, for messages
     * @param sink where the events go; if this method throws, it is closed and has left nothing
     * @throws IllegalStateException if the pool is closed, or being recorded
     */
    Recorder start(String target, EventSink sink) throws IOException {
        Recorder started = null;
        assert LockRank.RECORDINGS.enter();
        try {
            synchronized (lock) {
                parts.checkOpen();
                Recorder present = parts.observation.recorder();
                if (present != null) {
                    throw new IllegalStateException(
                            "pool '%s' is being recorded to %s (expected: one recording at a time)"
                                    .formatted(parts.settings.name(), present.target()));
                }
                Recorder recorder = newRecorder(target, sink);
                recorder.start();
                started = recorder;
                latest = recorder.done();
                parts.observation.recorder(recorder);
                return recorder;
            }
        } finally {
            assert LockRank.RECORDINGS.leave();
            if (started == null) {
                sink.abandon();
                sink.close();
            }
        }
    }

    /** Its thread must not keep the pool, and so not this. */
    private Recorder newRecorder(String target, EventSink sink) {
        WeakReference<Recordings> pool = new WeakReference<>(this);
        Recorder[] itself = new Recorder[1];
        itself[0] = new Recorder(
                parts.settings.name(), target, sink, () -> detach(pool.get(), itself[0]), () -> pool.get() == null);
        return itself[0];
    }

    private static void detach(@Nullable Recordings pool, Recorder recorder) {
        if (pool != null) {
            pool.detach(recorder);
        }
    }

    @SuppressWarnings("ReferenceEquality") // A recorder is itself.
    private void detach(Recorder recorder) {
        assert LockRank.RECORDINGS.enter();
        try {
            synchronized (lock) {
                // Whoever came later stays.
                if (parts.observation.recorder() == recorder) {
                    parts.observation.recorder(null);
                }
            }
        } finally {
            assert LockRank.RECORDINGS.leave();
        }
    }

    /** Ends the recording of a pool that has been closed, if there is one, and waits until it, or one that has ended by itself, is written. */
    void poolClosed() {
        @Nullable
        Recorder recorder;
        @Nullable
        CountDownLatch written;
        synchronized (lock) {
            assert LockRank.RECORDINGS.mayEnter();
            recorder = parts.observation.recorder();
            written = latest;
        }
        if (recorder != null) {
            recorder.end(RecordingEnd.POOL_CLOSED);
        }
        if (written != null) {
            Recorder.await(written);
        }
    }
}
