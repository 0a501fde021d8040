package dev.ashlar.arena;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** The map of large blocks' owners against a HashMap. Another seed: {@code -Dashlar.seed=N}. */
class OwnedBlocksTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final long BASE = 0x7f00_0000_0000L;
    private static final int MAX_OWNER = 0x7FFF;

    /** Few different blocks, so that chains form and break; then very many, so that it grows, and none, so that it shrinks. */
    @Test
    void random_agreesWithAMap() {
        System.out.printf("owned blocks: seed %d%n", SEED);
        Random random = new Random(SEED);
        for (int distinct : new int[] {8, 40, 5000}) {
            OwnedBlocks owned = new OwnedBlocks();
            Map<Long, Integer> model = new HashMap<>();
            for (int i = 0; i < 60_000; i++) {
                long block = BASE + 16L * random.nextInt(distinct);
                if (model.containsKey(block) || (i / 10_000 % 2 == 1 && random.nextInt(3) > 0)) {
                    owned.remove(block);
                    model.remove(block);
                } else {
                    int owner = 1 + random.nextInt(MAX_OWNER);
                    owned.put(block, owner);
                    model.put(block, owner);
                }
                long asked = BASE + 16L * random.nextInt(distinct);
                assertEquals(model.getOrDefault(asked, 0), owned.get(asked));
                assertEquals(model.size(), owned.count());
            }
            for (int i = 0; i < distinct; i++) {
                assertEquals(model.getOrDefault(BASE + 16L * i, 0), owned.get(BASE + 16L * i));
            }
        }
    }

    @Test
    void get_emptyAgainAfterMany_isNone() {
        OwnedBlocks owned = new OwnedBlocks();
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            blocks.add(BASE + 4096L * i);
            owned.put(blocks.getLast(), i % MAX_OWNER + 1);
        }
        for (int i = 0; i < blocks.size(); i++) {
            assertEquals(i % MAX_OWNER + 1, owned.get(blocks.get(i)));
            owned.remove(blocks.get(i));
            owned.remove(blocks.get(i));
            assertEquals(0, owned.get(blocks.get(i)));
            assertEquals(blocks.size() - i - 1, owned.count());
        }
    }
}
