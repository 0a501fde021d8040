package dev.ashlar.attach;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

import dev.ashlar.arenas.Recording;
import dev.ashlar.attach.AttachException.Reason;

/** Records a pool to a file of this process's making, until the client has had enough or has gone, or a limit is reached. */
final class RecordOperation {
    /** How often the client is told how far it is, and how late it is noticed that the recording has ended by itself. */
    private static final Duration STEP = Duration.ofMillis(250);

    private RecordOperation() {}

    static RecordingFigures run(Exchange exchange) throws IOException {
        long millis = exchange.request().number("millis", Long.MAX_VALUE);
        if (millis <= 0) {
            throw new AttachException(Reason.REFUSED, "millis: " + millis + " (expected: 1 or more)");
        }
        Path file = file(exchange.request());
        Recording recording = start(exchange, file);
        try {
            watch(recording, file, exchange, millis);
        } finally {
            close(recording);
        }
        return figures(recording, file);
    }

    private static Path file(Request request) throws AttachException {
        String text = request.text("file");
        try {
            if (text != null && Path.of(text).isAbsolute()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            // The message below says all there is to say.
        }
        throw new AttachException(Reason.REFUSED, "file: " + text + " (expected: an absolute path)");
    }

    /** In a method of its own: the pool is not kept while it is recorded. */
    private static Recording start(Exchange exchange, Path file) throws AttachException {
        long maxBytes = exchange.request().number("bytes", Long.MAX_VALUE);
        try {
            return exchange.pool().startRecording(file, maxBytes);
        } catch (AttachException e) {
            throw e;
        } catch (IOException e) {
            throw new AttachException(Reason.REFUSED, file + " can't be written: " + e, e);
        }
    }

    private static void watch(Recording recording, Path file, Exchange exchange, long millis) throws IOException {
        long start = System.nanoTime();
        long left = millis;
        while (left > 0 && recording.isRunning()) {
            exchange.answer().part(figures(recording, file));
            if (exchange.connection().awaitInput(Duration.ofMillis(Math.min(left, STEP.toMillis())))) {
                return;
            }
            left = millis - (System.nanoTime() - start) / Duration.ofMillis(1).toNanos();
        }
    }

    private static void close(Recording recording) throws AttachException {
        try {
            recording.close();
        } catch (IOException e) {
            throw new AttachException(Reason.REFUSED, String.valueOf(e.getMessage()), e);
        }
    }

    private static RecordingFigures figures(Recording recording, Path file) {
        return new RecordingFigures(
                file.toString(),
                recording.events(),
                recording.bytes(),
                recording.droppedEvents(),
                recording.liveBytesAtStart(),
                recording.stoppedBecause());
    }
}
