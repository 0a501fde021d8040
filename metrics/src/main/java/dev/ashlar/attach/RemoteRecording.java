package dev.ashlar.attach;

import java.io.IOException;
import java.util.function.Consumer;

/** A recording that another process makes of its pool. {@link #stop} may be called by any thread, the others by one. */
public final class RemoteRecording implements AutoCloseable {
    private final Call call;
    private final RecordingFigures first;
    private final boolean isOver;

    private RemoteRecording(Call call, RecordingFigures first, boolean isOver) {
        this.call = call;
        this.first = first;
        this.isOver = isOver;
    }

    /** Waits until it runs. */
    static RemoteRecording start(Call call) throws IOException {
        try {
            boolean isRunning = call.next();
            return new RemoteRecording(call, call.value(RecordingFigures.class), !isRunning);
        } catch (IOException e) {
            call.close();
            throw e;
        }
    }

    /** Asks the process to end it. Does not wait; {@link #await} does. */
    public void stop() throws IOException {
        call.stop();
    }

    /**
     * Waits until it has ended and the trace is there.
     *
     * @param progress told how far it is, several times a second, by this thread
     * @return what is in the trace
     * @throws AttachException if the process ended, or the trace could not be written
     */
    public RecordingFigures await(Consumer<RecordingFigures> progress) throws IOException {
        progress.accept(first);
        if (isOver) {
            return first;
        }
        while (call.next()) {
            progress.accept(call.value(RecordingFigures.class));
        }
        return call.value(RecordingFigures.class);
    }

    /** Ends it, if {@link #await} has not returned: then nobody is told, but the process finishes the trace all the same. */
    @Override
    public void close() throws IOException {
        call.close();
    }
}
