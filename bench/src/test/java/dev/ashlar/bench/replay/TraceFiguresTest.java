package dev.ashlar.bench.replay;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

class TraceFiguresTest {
    @Test
    void of_handExample_findsPeaksAndFloor() {
        // Blocks start every 16 bytes, take 32 at least, and have a header of 8.
        FlatTrace.Builder builder = new FlatTrace.Builder(8);
        int a = builder.allocate(24); // requested 24, in blocks 32
        int b = builder.allocate(25); // 49, 80
        int c = builder.allocateAligned(1000, 64); // 1049, 80 + 1008 = 1088: the peak of requested bytes
        builder.free(c); // 49, 80
        builder.resize(a, 1); // 26, 80
        for (int i = 0; i < 33; i++) {
            builder.allocate(0); // in the end 26, 80 + 33 * 32 = 1136: the floor
        }
        builder.free(b);

        TraceFigures figures = TraceFigures.of(builder.build());

        assertEquals(new TraceFigures(39, 36, 35, 1049, 1136), figures);
    }

    @Test
    void of_emptyTrace_isZero() {
        assertEquals(new TraceFigures(0, 0, 0, 0, 0), TraceFigures.of(new FlatTrace.Builder(0).build()));
    }
}
