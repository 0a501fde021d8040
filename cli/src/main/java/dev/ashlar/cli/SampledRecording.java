package dev.ashlar.cli;

import java.io.IOException;
import java.nio.file.Path;

import jdk.jfr.Recording;

/** A recording of Flight Recorder with all events of Ashlar's pools, samples among them, which is in its file when this is closed, or the JVM ends. */
final class SampledRecording implements AutoCloseable {
    /** A small pool has few bytes: with the usual interval there would be few samples. */
    private static final String INTERVAL = "128 kB";

    private final Recording recording = new Recording();

    SampledRecording(Path file) throws IOException {
        recording.setName("ashlar demo");
        recording.setDestination(file.toAbsolutePath());
        recording.setDumpOnExit(true);
        recording.enable("dev.ashlar.BlockAllocated").withStackTrace().with("interval", INTERVAL);
        recording.enable("dev.ashlar.BlockFreed").withoutStackTrace();
        recording.start();
    }

    @Override
    public void close() {
        try {
            recording.stop();
        } catch (IllegalStateException e) {
            // The JVM is shutting down, and Flight Recorder has written it already.
        }
        recording.close();
    }
}
