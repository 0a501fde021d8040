package dev.ashlar.trace;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A whole trace, read; and what tests say about traces that can't be. */
record TraceReading(TraceHeader header, List<Event> events) {
    static final String NAME = "test.atrace.gz";

    static TraceReading of(byte[] compressed) throws IOException {
        try (TraceReader reader = open(compressed)) {
            return of(reader);
        }
    }

    static TraceReading of(TraceReader reader) throws IOException {
        List<Event> events = new ArrayList<>();
        while (reader.next()) {
            assertEquals(events.size(), reader.index());
            events.add(Event.current(reader));
        }
        return new TraceReading(reader.header(), events);
    }

    static TraceReader open(byte[] compressed) throws IOException {
        return TraceReader.of(new ByteArrayInputStream(compressed), NAME);
    }

    static TraceFormatException assertRefused(byte[] compressed) {
        return assertThrows(TraceFormatException.class, () -> of(compressed));
    }

    static TraceFormatException assertRefused(byte[] compressed, long offset, String found, String expected) {
        TraceFormatException refusal = assertRefused(compressed);
        assertEquals(NAME + ": offset " + offset + ": " + found + " (expected: " + expected + ")",
                refusal.getMessage());
        assertEquals(NAME, refusal.file());
        assertEquals(offset, refusal.offset());
        assertEquals(found, refusal.found());
        assertEquals(expected, refusal.expected());
        return refusal;
    }

    static void assertRefused(TraceBytes trace, long offset, String found, String expected) {
        assertRefused(trace.compressed(), offset, found, expected);
    }

    static void assertRefusedAtOffset(long offset, byte[] compressed, String found) {
        TraceFormatException refusal = assertRefused(compressed);
        assertEquals(offset, refusal.offset());
        assertTrue(refusal.found().startsWith(found), refusal::getMessage);
    }
}
