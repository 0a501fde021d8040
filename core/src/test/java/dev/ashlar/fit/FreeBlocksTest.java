package dev.ashlar.fit;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

import dev.ashlar.FitPolicy;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Free blocks in slots of 2 KiB over four regions, against a map by address. The index of addresses is tested through first and next fit. */
class FreeBlocksTest {
    private static final int REGIONS = 4;
    private static final long SLOT_BYTES = 2048;
    private static final int SLOTS_OF_REGION = 511;
    private static final int MAX_UNITS = (int) (SLOT_BYTES / BlockLayout.UNIT_BYTES);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ADAPTIVE")
    void find_random_agreesWithDefinition(FitPolicy policy) {
        try (FreeMemory memory = new FreeMemory(REGIONS)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
            free.policy(policy);
            TreeMap<Long, Integer> model = new TreeMap<>();
            Random random = new Random(policy.name().hashCode());
            long rover = 0;
            long units = 0;
            for (int i = 0; i < 8_000; i++) {
                boolean grows = random.nextInt(10) < (i / 2000 % 2 == 0 ? 7 : 3);
                long slot = memory.geometry.firstBlock(random.nextInt(REGIONS))
                        + random.nextInt(SLOTS_OF_REGION) * SLOT_BYTES;
                Integer size = model.get(slot);
                if (grows && size == null) {
                    int added = 2 + random.nextInt(1 + random.nextInt(MAX_UNITS - 2));
                    memory.place(slot, added);
                    free.insert(slot, added);
                    model.put(slot, added);
                    units += added;
                } else if (!grows && size != null) {
                    units -= remove(memory, free, model, slot);
                }
                int wanted = 2 + random.nextInt(MAX_UNITS);
                long found = free.find(wanted);
                long from = rover;
                if (policy == FitPolicy.NEXT_FIT && found != 0) {
                    rover = found + (long) wanted * BlockLayout.UNIT_BYTES;
                }
                assertChosen(policy, model, wanted, from, found);
                if (found != 0 && random.nextInt(3) == 0) {
                    units -= remove(memory, free, model, found);
                }
                assertEquals(units, free.units());
                assertEquals(model.size(), free.count());
                assertEquals(model.values().stream().mapToInt(n -> n).max().orElse(0), free.largestUnits());
                if (i % 200 == 0) {
                    assertEquals(model.size(), free.countLinked());
                    model.forEach(free::validate);
                }
                if (random.nextInt(1000) == 0) {
                    free.policy(FitPolicy.BEST_FIT);
                    free.policy(policy);
                    rover = 0;
                }
            }
        }
    }

    private static int remove(FreeMemory memory, FreeBlocks free, Map<Long, Integer> model, long block) {
        int units = Objects.requireNonNull(model.remove(block));
        free.check(block, units);
        free.remove(block, units);
        memory.occupy(block, units);
        return units;
    }

    private static void assertChosen(
            FitPolicy policy, Map<Long, Integer> model, int wanted, long rover, long found) {
        List<Map.Entry<Long, Integer>> fitting =
                model.entrySet().stream().filter(block -> block.getValue() >= wanted).toList();
        if (fitting.isEmpty()) {
            assertEquals(0, found);
            return;
        }
        int units = model.getOrDefault(found, 0);
        int smallest = fitting.stream().mapToInt(Map.Entry::getValue).min().orElseThrow();
        switch (policy) {
            case FIRST_FIT -> assertEquals(fitting.getFirst().getKey(), found);
            case NEXT_FIT -> {
                long expected = fitting.stream().map(Map.Entry::getKey).filter(block -> block >= rover).findFirst()
                        .orElse(fitting.getFirst().getKey());
                assertEquals(expected, found);
            }
            case BEST_FIT -> assertEquals(smallest, units);
            case WORST_FIT -> assertEquals(fitting.stream().mapToInt(Map.Entry::getValue).max().orElseThrow(), units);
            case SEGREGATED_FIT -> {
                int bin = Bins.binAllAtLeast(wanted);
                int expected = fitting.stream().mapToInt(block -> Bins.binOf(block.getValue()))
                        .filter(of -> of >= bin).min().orElse(Bins.binOf(smallest));
                assertTrue(units >= wanted);
                assertEquals(expected, Bins.binOf(units));
            }
            case ADAPTIVE -> throw new IllegalArgumentException("policy: ADAPTIVE (expected: one that searches)");
        }
    }

    @Test
    void find_noBlocks_isNone() {
        try (FreeMemory memory = new FreeMemory(1)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
            for (FitPolicy policy : EnumSet.complementOf(EnumSet.of(FitPolicy.ADAPTIVE))) {
                free.policy(policy);
                assertEquals(0, free.find(2));
            }
            assertEquals(0, free.largest());
            assertEquals(0, free.largestUnits());
        }
    }

    @Test
    void firstFit_boundTooHigh_isCorrectedAndNextBlockFound() {
        try (FreeMemory memory = new FreeMemory(2)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
            free.policy(FitPolicy.FIRST_FIT);
            long low = memory.geometry.firstBlock(0);
            long high = memory.geometry.firstBlock(1) + 5 * SLOT_BYTES;
            for (long block : new long[] {low, high}) {
                memory.place(block, 100);
                free.insert(block, 100);
            }
            TreeMap<Long, Integer> model = new TreeMap<>(Map.of(low, 100, high, 100));
            assertEquals(low, free.find(100));
            remove(memory, free, model, low);
            assertEquals(high, free.find(100));
            memory.place(low, 50);
            free.insert(low, 50);
            assertEquals(high, free.find(51));
            assertEquals(low, free.find(50));
        }
    }

    @Test
    void prepareByAddress_inSlicesAmongChanges_searchesAsIfBuiltAtOnce() {
        long seed = Long.getLong("ashlar.seed", System.nanoTime());
        System.out.printf("prepare by address: seed %d%n", seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            try (FreeMemory memory = new FreeMemory(REGIONS)) {
                FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
                free.policy(FitPolicy.BEST_FIT);
                TreeMap<Long, Integer> model = new TreeMap<>();
                for (int i = 0; i < 500; i++) {
                    change(memory, free, model, random);
                }
                int slices = 0;
                while (!free.prepareByAddress(1 + random.nextInt(40))) {
                    slices++;
                    assertEquals(FitPolicy.BEST_FIT, free.policy());
                    for (int i = random.nextInt(6); i > 0; i--) {
                        change(memory, free, model, random);
                    }
                    if (random.nextInt(10) == 0) {
                        empty(memory, free, model, random.nextInt(REGIONS));
                    }
                    model.forEach(free::validate);
                }
                assertTrue(slices > 10, "slices: " + slices);
                free.policy(FitPolicy.FIRST_FIT);
                for (int i = 0; i < 300; i++) {
                    int wanted = 2 + random.nextInt(MAX_UNITS);
                    assertChosen(FitPolicy.FIRST_FIT, model, wanted, 0, free.find(wanted));
                    change(memory, free, model, random);
                    model.forEach(free::validate);
                }
            }
        }
    }

    /** Adds or removes the free block of a slot. */
    private static void change(FreeMemory memory, FreeBlocks free, Map<Long, Integer> model, Random random) {
        long slot = memory.geometry.firstBlock(random.nextInt(REGIONS)) + random.nextInt(SLOTS_OF_REGION) * SLOT_BYTES;
        if (model.containsKey(slot)) {
            remove(memory, free, model, slot);
        } else {
            int added = 2 + random.nextInt(MAX_UNITS - 2);
            memory.place(slot, added);
            free.insert(slot, added);
            model.put(slot, added);
        }
    }

    private static void empty(FreeMemory memory, FreeBlocks free, SortedMap<Long, Integer> model, int region) {
        long start = memory.geometry.regionStart(region);
        long end = memory.geometry.regionEnd(region);
        for (long block : List.copyOf(model.subMap(start, end).keySet())) {
            remove(memory, free, model, block);
        }
        for (long block = memory.geometry.firstBlock(region); block < end; block += SLOT_BYTES) {
            memory.starts.clear(block);
        }
        free.regionEmptied(region);
    }

    @Test
    void prepareByAddress_policyStaysOther_keepsNothing() {
        try (FreeMemory memory = new FreeMemory(1)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
            assertFalse(free.prepareByAddress(1));
            free.policy(FitPolicy.SEGREGATED_FIT);
            long low = memory.geometry.firstBlock(0);
            memory.place(low, 100);
            free.insert(low, 100);
            free.policy(FitPolicy.FIRST_FIT);
            assertEquals(low, free.find(100));
        }
    }

    @Test
    void policy_adaptive_isRefused() {
        try (FreeMemory memory = new FreeMemory(1)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
            free.policy(FitPolicy.WORST_FIT);
            IllegalArgumentException thrown =
                    assertThrows(IllegalArgumentException.class, () -> free.policy(FitPolicy.ADAPTIVE));
            assertEquals("policy: ADAPTIVE (expected: one that searches)", thrown.getMessage());
            assertEquals(FitPolicy.WORST_FIT, free.policy());
        }
    }

    @Test
    void firstFit_regionEmptied_isPassed() {
        try (FreeMemory memory = new FreeMemory(2)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, false);
            free.policy(FitPolicy.FIRST_FIT);
            long low = memory.geometry.firstBlock(0);
            memory.place(low, 100);
            free.insert(low, 100);
            assertEquals(low, free.find(2));
            free.remove(low, 100);
            memory.starts.clear(low);
            free.regionEmptied(0);
            assertEquals(0, free.find(2));
            memory.place(low, 60);
            free.insert(low, 60);
            assertEquals(low, free.find(60));
        }
    }

    @Test
    void remove_wipingLinks_leavesZeros() {
        try (FreeMemory memory = new FreeMemory(1)) {
            FreeBlocks free = new FreeBlocks(memory.geometry, memory.headers, memory.starts, true);
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                long block = memory.slot(i, SLOT_BYTES);
                int units = i < 3 ? 20 : 100;
                memory.place(block, units);
                free.insert(block, units);
                blocks.add(block);
            }
            for (int i = 0; i < 6; i++) {
                free.remove(blocks.get(i), i < 3 ? 20 : 100);
                assertEquals(-1, Memory.mismatchZero(blocks.get(i), 200));
            }
            assertEquals(0, free.count());
        }
    }
}
