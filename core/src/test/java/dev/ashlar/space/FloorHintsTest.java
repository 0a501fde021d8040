package dev.ashlar.space;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Queries by hints against a {@link TreeMap}, while the tree changes; {@code -Dashlar.seed=N} runs a seed again. */
class FloorHintsTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());

    @ParameterizedTest
    @CsvSource({"10, 0, 1", "300, 0, 1", "5000, 0, 1", "60000, 0, 1", "5000, 1000000000000, 1", "5000, 0, 1000003"})
    void endOfRangeWith_whileTreeChanges_agreesWithMap(int keys, long start, long spread) {
        System.out.printf("floor hints: %d keys from %d, spread %d, seed %d%n", keys, start, spread, SEED);
        Random random = new Random(SEED);
        ExtentTree tree = new ExtentTree(true);
        FloorHints hints = new FloorHints(tree, start);
        TreeMap<Long, Long> map = new TreeMap<>();
        for (int i = 0; i < 6 * keys + 20_000; i++) {
            boolean fills = i / (2 * keys) % 2 == 0;
            long key = key(random.nextInt(keys), start, spread);
            if (map.containsKey(key)) {
                if (!fills || random.nextInt(4) == 0) {
                    tree.floor(key);
                    tree.remove();
                    map.remove(key);
                }
            } else if (fills) {
                long length = 1L + random.nextInt(15);
                tree.insert(key, length);
                map.put(key, length);
            }
            for (int query = 0; query < 3; query++) {
                long offset = key(random.nextInt(keys), start, spread) + random.nextInt(16);
                Map.Entry<Long, Long> floor = map.floorEntry(offset);
                long end = floor == null ? -1 : floor.getKey() + floor.getValue();
                assertEquals(offset < end ? end : -1, hints.endOfRangeWith(offset), () -> "offset " + offset);
            }
        }
    }

    /** Keys 16 apart; with a spread, each 100th of them is followed by a gap that is so many times as wide: clusters. */
    private static long key(int index, long start, long spread) {
        return start + 16L * index + (spread - 1) * (index / 100L);
    }
}
