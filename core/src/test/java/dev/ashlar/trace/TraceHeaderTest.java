package dev.ashlar.trace;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

class TraceHeaderTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1  | -1 | 0  | 0  | events: -1 (expected: 0 or more)",
        "-1 | 0  | 0  | 0  | threads: -1 (expected: 0 or more)",
        "0  | 1  | 0  | 0  | threads: 0 (expected: 1 or more)",
        "1  | 2  | 3  | 0  | blocks: 3 (expected: 0 to 2, the events)",
        "1  | 2  | -1 | 0  | blocks: -1 (expected: 0 to 2, the events)",
        "1  | 2  | 1  | -1 | peakLiveBytes: -1 (expected: 0 or more)"
    })
    void new_totalsThatContradict_areRefused(int threads, long events, long blocks, long peakLiveBytes,
            String message) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> new TraceHeader(threads, events, blocks, peakLiveBytes));
        assertEquals(message, refusal.getMessage());
    }
}
