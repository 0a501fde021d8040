package dev.ashlar.record;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** The map against java.util's. */
class LongMapTest {
    @Test
    void randomOperations_areAsAHashMaps() {
        long seed = Long.getLong("ashlar.seed", new Random().nextLong());
        System.out.println("LongMapTest: -Dashlar.seed=" + seed);
        Random random = new Random(seed);
        LongMap map = new LongMap();
        Map<Long, Long> model = new HashMap<>();
        for (int i = 0; i < 300_000; i++) {
            // Grows for a while, then shrinks, several times.
            boolean grows = i / 20_000 % 2 == 0;
            long key = (1 + random.nextInt(8_000)) * (random.nextBoolean() ? 16L : -1L);
            if (random.nextInt(10) < (grows ? 7 : 2)) {
                map.put(key, i);
                model.put(key, (long) i);
            } else {
                Long removed = model.remove(key);
                assertEquals(removed == null ? LongMap.NONE : removed, map.remove(key));
            }
            assertEquals(model.size(), map.count());
            long other = random.nextInt(8_000) * 16L + 16;
            assertEquals(model.getOrDefault(other, LongMap.NONE), map.get(other));
        }
        model.forEach((key, value) -> assertEquals(value, map.get(key)));
        model.keySet().forEach(map::remove);
        assertEquals(0, map.count());
    }

    @Test
    void put_zeroKeyOrNegativeValue_isRefused() {
        LongMap map = new LongMap();
        assertThrows(IllegalArgumentException.class, () -> map.put(0, 1));
        assertThrows(IllegalArgumentException.class, () -> map.put(1, -1));
        assertEquals(0, map.count());
    }
}
