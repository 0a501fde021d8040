package dev.ashlar.bench.spill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is compared, not how fast it is. */
class SpillSpeedTest {
    @Test
    void run_ofTwoTurns_writesAndLeavesNothing(@TempDir Path directory) throws IOException {
        for (boolean sync : new boolean[] {false, true}) {
            List<SpillSpeed.Turn> turns = new SpillSpeed(directory, 10_000, 20, sync).run(2);
            assertEquals(2, turns.size());
            for (SpillSpeed.Turn turn : turns) {
                assertEquals(200_000, turn.bytes());
                assertTrue(turn.spillSeconds() > 0 && turn.restoreSeconds() > 0 && turn.ddSeconds() > 0,
                        turn::toString);
            }
        }
        try (var left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void dd_thatFails_isAnError(@TempDir Path directory) {
        assertThrows(IOException.class, () -> DiskCopy.run(directory, 0, 1, false));
        assertThrows(IOException.class, () -> DiskCopy.run(directory.resolve("no"), 1, 1, false));
        assertThrows(IllegalArgumentException.class, () -> new SpillSpeed(directory, 0, 1, false));
    }

    @Test
    void median_ofSome_isTheMiddleOne() {
        assertEquals(2, SpillSpeed.median(new double[] {3, 1, 2}));
        assertEquals(2, SpillSpeed.median(new double[] {4, 3, 1, 2}));
    }
}
