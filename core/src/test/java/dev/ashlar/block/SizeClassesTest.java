package dev.ashlar.block;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Every size and every alignment against a search through all classes. */
class SizeClassesTest {
    private static final int FINE = 64;

    /** The smallest class with room, and cells at multiples of an alignment as a slab lays them out; or -1. */
    private static int search(long byteSize, long alignment) {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            if (SizeClasses.usableBytes(sizeClass) >= byteSize
                    && SizeClasses.strideBytes(sizeClass) % alignment == 0) {
                return sizeClass;
            }
        }
        return -1;
    }

    @Test
    void classes_stepsOf16UpTo1KiBThenEightADoublingUpTo8KiB() {
        assertEquals(88, SizeClasses.COUNT);
        assertEquals(16, SizeClasses.payloadBytes(0));
        assertEquals(1024, SizeClasses.payloadBytes(FINE - 1));
        assertEquals(1152, SizeClasses.payloadBytes(FINE));
        assertEquals(8192, SizeClasses.payloadBytes(SizeClasses.COUNT - 1));
        assertEquals(8200, SizeClasses.MAX_BYTES);
        for (int sizeClass = 1; sizeClass < SizeClasses.COUNT; sizeClass++) {
            int step = SizeClasses.payloadBytes(sizeClass) - SizeClasses.payloadBytes(sizeClass - 1);
            assertTrue(step > 0 && step % 16 == 0 && step <= Math.max(16, SizeClasses.payloadBytes(sizeClass) / 8));
        }
    }

    @Test
    void of_everySize_isTheSmallestThatFits() {
        for (int size = 0; size <= SizeClasses.MAX_BYTES; size++) {
            assertEquals(search(size, 1), SizeClasses.of(size), "size " + size);
        }
    }

    /** Without a class among the fine ones the request is a block's: coarse classes are not laid out by alignment. */
    @Test
    void ofAligned_everySizeAndAlignment_isTheSmallestThatFitsOrNone() {
        for (long alignment = 1; alignment <= 1L << 62 && alignment > 0; alignment *= 2) {
            for (int size = 0; size <= SizeClasses.MAX_BYTES; size++) {
                int found = SizeClasses.ofAligned(size, alignment);
                int expected = alignment <= 16 ? search(size, 1) : search(size, alignment);
                String of = "size " + size + ", alignment " + alignment;
                if (alignment <= 16 || (expected >= 0 && expected < FINE)) {
                    assertEquals(expected, found, of);
                } else {
                    assertEquals(-1, found, of);
                }
            }
        }
    }
}
