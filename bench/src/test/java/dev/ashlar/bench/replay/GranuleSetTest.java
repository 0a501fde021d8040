package dev.ashlar.bench.replay;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GranuleSetTest {
    private static final long BASE = 0x7F00_0000_0000L;

    private final GranuleSet held = new GranuleSet();

    @Test
    void add_adjacentBlocks_areNoOverlap() {
        assertTrue(held.add(BASE, 16));
        assertTrue(held.add(BASE + 16, 1));
        assertTrue(held.add(BASE + 32, 100));
        assertTrue(held.add(BASE - 16, 16));
    }

    @Test
    void add_oneSharedGranule_isRefused() {
        assertTrue(held.add(BASE, 33));
        assertFalse(held.add(BASE + 32, 16));
        assertFalse(held.add(BASE - 64, 65));
        assertTrue(held.add(BASE + 48, 16));
    }

    @Test
    void add_emptyBlocksAtOneAddress_isRefused() {
        assertTrue(held.add(BASE, 0));
        assertFalse(held.add(BASE, 0));
        held.remove(BASE, 0);
        assertTrue(held.add(BASE, 0));
    }

    @Test
    void add_acrossChunks_isExact() {
        long chunkBytes = 4L << 20;
        assertTrue(held.add(BASE + 16, 3 * chunkBytes));
        assertTrue(held.add(BASE, 16));
        assertTrue(held.add(BASE + 16 + 3 * chunkBytes, 16));
        assertFalse(held.add(BASE + 2 * chunkBytes, 16));
        held.remove(BASE + 16, 3 * chunkBytes);
        assertTrue(held.add(BASE + 2 * chunkBytes, 16));
    }

    @Test
    void add_randomBlocks_agreesWithAModelOfIntervals() {
        Random random = new Random(3);
        TreeMap<Long, Long> endByStart = new TreeMap<>();
        for (int step = 0; step < 5_000; step++) {
            long start = BASE + random.nextInt(4096) * 16L;
            if (endByStart.containsKey(start)) {
                held.remove(start, endByStart.remove(start) - start);
                continue;
            }
            long byteSize = random.nextInt(1, 3000);
            long end = start + (byteSize + 15) / 16 * 16;
            Map.Entry<Long, Long> before = endByStart.lowerEntry(end);
            if (before == null || before.getValue() <= start) {
                assertTrue(held.add(start, byteSize), "step " + step);
                endByStart.put(start, end);
            } else {
                GranuleSet copy = new GranuleSet();
                endByStart.forEach((from, to) -> copy.add(from, to - from));
                assertFalse(copy.add(start, byteSize), "step " + step);
            }
        }
    }
}
