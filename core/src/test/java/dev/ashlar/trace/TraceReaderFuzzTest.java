package dev.ashlar.trace;

import java.io.IOException;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.jspecify.annotations.Nullable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whatever the bytes, the reader refuses them as a damaged trace or hands out a well-formed one. */
class TraceReaderFuzzTest {
    @FuzzTest
    void read(byte[] data) throws IOException {
        readOrRefuse(data);
        // No fuzzer guesses a checksum: compressed here, the same bytes get past it.
        byte[] compressed = TraceBytes.gzip(data);
        TraceReading reading = readOrRefuse(compressed);
        if (reading != null) {
            // A trace has one encoding.
            assertArrayEquals(data, TraceBytes.of(reading.header(), reading.events()).uncompressed());
        }
    }

    private static @Nullable TraceReading readOrRefuse(byte[] compressed) throws IOException {
        TraceReading reading;
        try {
            reading = TraceReading.of(compressed);
        } catch (TraceFormatException refusal) {
            assertTrue(refusal.offset() >= 0, refusal::getMessage);
            return null;
        }
        assertWellFormed(reading);
        return reading;
    }

    private static void assertWellFormed(TraceReading reading) {
        TraceHeader header = reading.header();
        long blocks = 0;
        for (Event event : reading.events()) {
            assertTrue(event.thread() >= 0 && event.thread() < header.threads(), event::toString);
            assertTrue(event.byteSize() >= 0 && event.byteSize() <= header.peakLiveBytes(), event::toString);
            assertEquals(1, Long.bitCount(event.alignment()), event::toString);
            if (event.op().allocates()) {
                assertEquals(blocks++, event.block(), event::toString);
            } else {
                assertTrue(event.block() >= 0 && event.block() < blocks, event::toString);
            }
        }
        assertEquals(header.events(), reading.events().size());
        assertEquals(header.blocks(), blocks);
    }
}
