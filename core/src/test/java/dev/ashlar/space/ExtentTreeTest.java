package dev.ashlar.space;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The tree against a {@link TreeMap}; {@code -Dashlar.seed=N} runs a seed again. */
class ExtentTreeTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    /** Keys lie so far apart that any may move a little without passing another. */
    private static final int STEP = 16;

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 3000, 100_000})
    void operations_random_agreeWithMap(int keys) {
        System.out.printf("extent tree: %d keys, seed %d%n", keys, SEED);
        Random random = new Random(SEED);
        ExtentTree tree = new ExtentTree(true);
        TreeMap<Long, Long> map = new TreeMap<>();
        int operations = 4 * keys + 20_000;
        for (int i = 0; i < operations; i++) {
            boolean fills = i / (2 * keys) % 2 == 0;
            long key = (long) random.nextInt(keys) * STEP;
            Map.Entry<Long, Long> floor = map.floorEntry(key + STEP - 1);
            assertEquals(floor != null, tree.floor(key + STEP - 1));
            if (floor != null) {
                assertHere(tree, floor);
            }
            boolean present = floor != null && floor.getKey() >= key;
            if (!present && fills) {
                long value = 1L + random.nextInt(1 + random.nextInt(1000));
                tree.insert(key, value);
                map.put(key, value);
            } else if (present && random.nextInt(fills ? 4 : 2) == 0) {
                tree.remove();
                map.remove(floor.getKey());
            } else if (present) {
                long moved = key + random.nextInt(STEP);
                long value = 1L + random.nextInt(1000);
                tree.replace(moved, value);
                map.remove(floor.getKey());
                map.put(moved, value);
            }
            seek(tree, map, (long) random.nextInt(keys) * STEP, random.nextInt(1100));
            if (i % (operations / 20) == 0) {
                new TreeValidator("test", tree, 0).validate();
                assertAll(tree, map);
            }
        }
        while (!map.isEmpty()) {
            long key = map.firstKey();
            assertTrue(tree.floor(key));
            tree.remove();
            map.remove(key);
        }
        new TreeValidator("test", tree, 0).validate();
        assertEquals(0, tree.size());
        assertEquals(0, tree.max());
    }

    private static void seek(ExtentTree tree, NavigableMap<Long, Long> map, long key, long wanted) {
        Map.Entry<Long, Long> expected = null;
        int steps = 0;
        for (Map.Entry<Long, Long> entry : map.tailMap(key).entrySet()) {
            if (entry.getValue() >= wanted) {
                expected = entry;
                break;
            }
            if (++steps > 1000) {
                return;
            }
        }
        assertEquals(expected != null, tree.seek(key, wanted));
        if (expected != null) {
            assertHere(tree, expected);
        }
    }

    private static void assertHere(ExtentTree tree, Map.Entry<Long, Long> expected) {
        assertEquals(expected.getKey(), tree.key());
        assertEquals(expected.getValue(), tree.value());
    }

    private static void assertAll(ExtentTree tree, Map<Long, Long> map) {
        assertEquals(map.size(), tree.size());
        assertEquals(map.values().stream().mapToLong(Long::longValue).max().orElse(0), tree.max());
        boolean found = tree.ceiling(0, 0);
        for (Map.Entry<Long, Long> entry : map.entrySet()) {
            assertTrue(found);
            assertHere(tree, entry);
            found = tree.next();
        }
        assertFalse(found);
    }

    @Test
    void pairs_ofEqualKeys_areOrderedByValue() {
        Random random = new Random(SEED);
        ExtentTree tree = new ExtentTree(false);
        List<Long> values = new ArrayList<>();
        for (long value = 0; value < 5000; value++) {
            values.add(value);
        }
        Collections.shuffle(values, random);
        for (long value : values) {
            tree.insert(value % 3, value);
        }
        new TreeValidator("test", tree, 0).validate();
        for (long value : values) {
            assertTrue(tree.ceiling(value % 3, value));
            assertEquals(value, tree.value());
            tree.remove();
        }
        new TreeValidator("test", tree, 0).validate();
    }

    @Test
    void pairs_inOrder_fillTheirLeaves() {
        ExtentTree tree = new ExtentTree(true);
        for (long key = 0; key < 6400; key++) {
            tree.insert(key, 1);
        }
        assertEquals(100, tree.leaves.inUse());
    }
}
