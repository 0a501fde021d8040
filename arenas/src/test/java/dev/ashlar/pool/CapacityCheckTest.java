package dev.ashlar.pool;

import java.util.Optional;
import java.util.OptionalLong;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class CapacityCheckTest {
    @Test
    void warning_capacityFromTheLimitOn_saysBoth() {
        for (long capacity : new long[] {4096, 5000}) {
            assertEquals(
                    "pool 'p': capacity: " + capacity
                            + " (expected: less than the control group's limit, 4096; the system would end the process before the pool is exhausted)",
                    CapacityCheck.warning("p", capacity, OptionalLong.of(4096)).orElseThrow());
        }
    }

    @Test
    void warning_capacityBelowOrNoLimit_isNone() {
        assertEquals(Optional.empty(), CapacityCheck.warning("p", 4095, OptionalLong.of(4096)));
        assertEquals(Optional.empty(), CapacityCheck.warning("p", Long.MAX_VALUE, OptionalLong.empty()));
    }
}
