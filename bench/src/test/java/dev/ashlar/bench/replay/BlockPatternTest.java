package dev.ashlar.bench.replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

class BlockPatternTest {
    private static final int BLOCK = 7;

    @Test
    void firstDifference_afterFill_isNone() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(64, 16).address();
            for (int byteSize = 0; byteSize <= 64; byteSize++) {
                BlockPattern.fill(BLOCK, address, 0, byteSize);
                assertEquals(BlockPattern.NONE, BlockPattern.firstDifference(BLOCK, address, byteSize));
            }
        }
    }

    @Test
    void firstDifference_anyByteChanged_isThatByte() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(45, 16);
            for (int offset = 0; offset < 45; offset++) {
                BlockPattern.fill(BLOCK, segment.address(), 0, 45);
                byte written = segment.get(ValueLayout.JAVA_BYTE, offset);
                assertEquals(BlockPattern.expectedByte(BLOCK, offset), written);
                segment.set(ValueLayout.JAVA_BYTE, offset, (byte) (written ^ 1));
                assertEquals(offset, BlockPattern.firstDifference(BLOCK, segment.address(), 45));
            }
        }
    }

    @Test
    void fill_inPieces_equalsFillAtOnce() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(40, 16).address();
            for (int split = 0; split <= 40; split++) {
                BlockPattern.fill(BLOCK + 1, address, 0, 40);
                BlockPattern.fill(BLOCK, address, 0, split);
                BlockPattern.fill(BLOCK, address, split, 40);
                assertEquals(BlockPattern.NONE, BlockPattern.firstDifference(BLOCK, address, 40));
            }
        }
    }

    @Test
    void fill_writesNothingOutsideTheRange() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(48, 16);
            BlockPattern.fill(BLOCK, segment.address(), 5, 27);
            for (int offset = 0; offset < 48; offset++) {
                if (offset < 5 || offset >= 27) {
                    assertEquals(0, segment.get(ValueLayout.JAVA_BYTE, offset), "offset " + offset);
                }
            }
        }
    }

    @Test
    void firstDifference_otherBlock_isSeenAtOnce() {
        try (Arena arena = Arena.ofConfined()) {
            long address = arena.allocate(64, 16).address();
            BlockPattern.fill(BLOCK, address, 0, 64);
            assertNotEquals(BlockPattern.NONE, BlockPattern.firstDifference(BLOCK + 1, address, 8));
        }
    }
}
