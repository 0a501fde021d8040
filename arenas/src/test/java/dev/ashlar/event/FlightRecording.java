package dev.ashlar.event;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A real recording of this process, read back from its file. */
final class FlightRecording implements AutoCloseable {
    private final Recording recording = new Recording();

    /** Starts with some events enabled, and no others of Ashlar's. */
    static FlightRecording of(String... names) {
        FlightRecording started = new FlightRecording();
        for (String name : List.of("RegionCommitted", "RegionReleased", "Steal", "AllocationFailed",
                "PressureCallback", "Defragmentation", "PolicySwitched", "Leak", "BlockAllocated", "BlockFreed")) {
            started.recording.disable("dev.ashlar." + name);
        }
        for (String name : names) {
            started.recording.enable("dev.ashlar." + name).withoutThreshold();
        }
        started.recording.start();
        return started;
    }

    /** Starts with samples of so many bytes. */
    static FlightRecording ofSamples(String interval) {
        FlightRecording started = new FlightRecording();
        started.recording.enable("dev.ashlar.BlockAllocated").withStackTrace().with("interval", interval);
        started.recording.enable("dev.ashlar.BlockFreed").withStackTrace();
        started.recording.start();
        return started;
    }

    Recording recording() {
        return recording;
    }

    /** Stops, and reads events of one name and pool. */
    List<RecordedEvent> events(String name, String pool) throws IOException {
        if (recording.getState() == jdk.jfr.RecordingState.RUNNING) {
            recording.stop();
        }
        Path file = Files.createTempFile("ashlar-", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file)
                    .stream()
                    .filter(event -> event.getEventType().getName().equals("dev.ashlar." + name))
                    .filter(event -> event.getString("pool").equals(pool))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    /** The same, of which there is one. */
    RecordedEvent only(String name, String pool) throws IOException {
        List<RecordedEvent> events = events(name, pool);
        assertEquals(1, events.size(), () -> name + ": " + events);
        return events.getFirst();
    }

    @Override
    public void close() {
        recording.close();
    }
}
