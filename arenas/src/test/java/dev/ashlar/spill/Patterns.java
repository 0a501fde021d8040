package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

import static org.junit.jupiter.api.Assertions.fail;

/** Contents that can be told from any others. */
final class Patterns {
    private Patterns() {}

    static MemorySegment fill(MemorySegment segment, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long at = 0;
        for (; at + Long.BYTES <= segment.byteSize(); at += Long.BYTES) {
            segment.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextLong());
        }
        for (; at < segment.byteSize(); at++) {
            segment.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
        return segment;
    }

    static void check(MemorySegment segment, long byteSize, long seed) {
        if (segment.byteSize() != byteSize) {
            fail("segment: " + segment.byteSize() + " bytes (expected: " + byteSize + ")");
        }
        MemorySegment expected = fill(MemorySegment.ofArray(new byte[(int) byteSize]), seed);
        long at = segment.mismatch(expected);
        if (at >= 0) {
            fail("contents of seed " + seed + ": other bytes from " + at + " on, of " + byteSize);
        }
    }
}
