package dev.ashlar.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Slabs of one arena against a set of what is out, and their validator against damage. Another seed: {@code -Dashlar.seed=N}. */
class SlabsTest {
    private static final long SEED = Long.getLong("ashlar.seed", System.nanoTime());
    private static final int CLASS = SizeClasses.of(100);

    private static List<Long> take(SlabSpace space, int sizeClass, int count) {
        List<Long> cells = new ArrayList<>();
        long[] into = new long[64];
        while (cells.size() < count) {
            int taken = space.slabs.take(sizeClass, into, 0, Math.min(64, count - cells.size()), true);
            if (taken == 0) {
                break;
            }
            for (int i = taken - 1; i >= 0; i--) {
                cells.add(into[i]);
                CellHeaders.write(into[i], CellHeaders.liveCode(sizeClass));
            }
        }
        return cells;
    }

    private static void put(SlabSpace space, int sizeClass, List<Long> cells) {
        long[] all = cells.stream().mapToLong(Long::longValue).toArray();
        for (long cell : all) {
            CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
        }
        for (int at = 0; at < all.length;) {
            int end = space.slabs.putRun(sizeClass, all, at, all.length);
            assertTrue(end > at && end == space.slabs.runEnd());
            at = end;
        }
    }

    @Test
    void take_fromOneSlab_isInAddressOrder() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            List<Long> cells = take(space, CLASS, 64);
            assertEquals(cells.stream().sorted().toList(), cells);
            assertEquals(64, space.slabs.taken(CLASS));
            assertEquals(64L * SizeClasses.usableBytes(CLASS), space.slabs.takenBytes());
            space.validate();
        }
    }

    /** One slot at first, four when the class holds much. */
    @Test
    void take_moreIsHeld_slabsGetLarger() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            Set<Integer> slots = new TreeSet<>();
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 4000; i++) {
                long cell = take(space, CLASS, 1).getFirst();
                int now = space.table.slots(space.table.slabAt(cell));
                if (slots.add(now)) {
                    order.add(now);
                }
            }
            assertEquals(List.of(1, 2, 4), order);
            space.validate();
        }
    }

    /** A class whose cells are large begins with a slab of more than one slot. */
    @Test
    void take_ofTheLargestClass_hasSomeCellsInASlab() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            int largest = SizeClasses.COUNT - 1;
            long cell = take(space, largest, 1).getFirst();
            assertTrue(space.table.cells(space.table.slabAt(cell)) >= 7);
            space.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void putRun_lastCell_slabIsAFreeBlockAgainUnlessOneIsKept(boolean keepEmpty) {
        try (SlabSpace space = new SlabSpace(keepEmpty, false)) {
            List<Long> cells = take(space, CLASS, 2000);
            assertTrue(space.slabs.slabBlocks() > 3);
            put(space, CLASS, cells);
            assertEquals(keepEmpty ? 1 : 0, space.slabs.slabBlocks());
            assertEquals(0, space.slabs.takenCells());
            space.validate();
            assertEquals(keepEmpty, space.slabs.releaseEmpty() > 0);
            assertEquals(0, space.slabs.slabBlocks());
            assertEquals(0, space.slabs.cells());
            assertEquals(0, space.slabs.slabBytes());
            assertEquals(0, space.slabs.tailBytes());
            assertEquals(0, space.table.slabAt(cells.getFirst()));
            space.validate();
            assertEquals(0, space.space.statistics().liveBlocks());
        }
    }

    /** Hardened, no header of a cell is left in the free block that its slab became. */
    @Test
    void putRun_lastCellAndWipe_headersAreZeroed() {
        try (SlabSpace space = new SlabSpace(false, true)) {
            List<Long> cells = take(space, CLASS, 100);
            long keepsTheRegion = space.space.carve(100, 16);
            assertNotEquals(0, keepsTheRegion);
            put(space, CLASS, cells);
            assertEquals(0, space.slabs.slabBlocks());
            int zero = 0;
            for (long cell : cells) {
                zero += Memory.getLong(cell - 8) == 0 ? 1 : 0;
            }
            assertTrue(zero >= cells.size() - 2, () -> "headers that are left: " + cells);
        }
    }

    @Test
    void putRun_cellTwice_countsAndChangesNothing() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            List<Long> cells = take(space, CLASS, 10);
            put(space, CLASS, cells.subList(0, 3));
            put(space, CLASS, List.of(cells.get(1), cells.get(3), cells.get(3)));
            assertEquals(2, space.slabs.doubleFrees());
            assertEquals(6, space.slabs.takenCells());
            space.validate();
        }
    }

    @Test
    void putRun_noCellOfItsClass_isCorrupt() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            long cell = take(space, CLASS, 1).getFirst();
            for (long wrong : new long[] {cell + 16, cell + 8, space.table.start(space.table.slabAt(cell))}) {
                assertThrows(HeapCorruptionException.class,
                        () -> space.slabs.putRun(CLASS, new long[] {wrong}, 0, 1));
            }
            assertThrows(HeapCorruptionException.class, () -> space.slabs.putRun(CLASS + 1, new long[] {cell}, 0, 1));
            space.validate();
        }
    }

    @Test
    void take_noRoom_isZero() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            assertEquals(0, space.slabs.take(CLASS, new long[8], 0, 8, false), "may not grow");
            List<Long> all = take(space, CLASS, Integer.MAX_VALUE);
            assertEquals(0, space.slabs.take(CLASS, new long[8], 0, 8, true));
            assertEquals(all.size(), new HashSet<>(all).size());
            assertTrue(all.size() * (long) SizeClasses.strideBytes(CLASS) > 7 << 20,
                    "most of the memory: " + all.size());
            put(space, CLASS, all);
            space.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void random_agreesWithModel(boolean keepEmpty) {
        System.out.printf("slabs: keepEmpty %b, seed %d%n", keepEmpty, SEED);
        Random random = new Random(SEED);
        int[] classes = {0, 3, CLASS, 40, 63, 64, 75, SizeClasses.COUNT - 1};
        List<TreeSet<Long>> out = new ArrayList<>();
        Arrays.stream(classes).forEach(c -> out.add(new TreeSet<>()));
        try (SlabSpace space = new SlabSpace(keepEmpty, random.nextBoolean())) {
            for (int i = 0; i < 4000; i++) {
                int which = random.nextInt(classes.length);
                TreeSet<Long> held = out.get(which);
                if (held.isEmpty() || random.nextInt(100) < (i / 500 % 2 == 0 ? 60 : 40)) {
                    List<Long> taken = take(space, classes[which], 1 + random.nextInt(60));
                    for (long cell : taken) {
                        assertTrue(held.add(cell), "handed out twice");
                    }
                } else {
                    List<Long> back = new ArrayList<>();
                    for (int n = 1 + random.nextInt(60); n > 0 && !held.isEmpty(); n--) {
                        Long from = held.ceiling(held.first() + random.nextLong(held.last() - held.first() + 1));
                        back.add(from == null ? held.first() : from);
                        held.remove(back.getLast());
                    }
                    put(space, classes[which], back);
                }
                if (random.nextInt(200) == 0) {
                    space.slabs.releaseEmpty();
                }
                assertEquals(held.size(), space.slabs.taken(classes[which]));
                if (i % 10 == 0) {
                    space.validate();
                }
            }
            assertEquals(0, space.slabs.doubleFrees());
            for (int which = 0; which < classes.length; which++) {
                put(space, classes[which], List.copyOf(out.get(which)));
            }
            space.slabs.releaseEmpty();
            assertEquals(0, space.slabs.slabBlocks());
            space.validate();
        }
    }

    // The validator

    /** Each kind of damage is planted alone, found, and undone. */
    @Test
    void validate_plantedDamage_isFound() {
        try (SlabSpace space = new SlabSpace(true, false)) {
            List<Long> cells = take(space, CLASS, 700);
            List<Long> others = take(space, 5, 300);
            List<Long> back = new ArrayList<>();
            for (int i = 0; i < cells.size(); i += 2) {
                back.add(cells.get(i));
            }
            put(space, CLASS, back);
            space.validate();
            long live = cells.get(1);
            long free = cells.get(0);
            long head = space.table.slabAt(live);
            long word = space.table.bitmapWord(head, 0);
            for (int bit = 0; bit < 10; bit++) {
                plant(space, word, Memory.getLong(word) ^ 1L << bit);
            }
            long lastWord = space.table.bitmapWord(head, space.table.slots(head) * 8 - 1);
            plant(space, lastWord, Memory.getLong(lastWord) ^ Long.MIN_VALUE);
            // Class, cells, free cells, hint and slots; then its links: the layout is in SlabTable's comment.
            for (int offset : new int[] {0, 16, 20, 28}) {
                plantInt(space, head + offset, Memory.getInt(head + offset) + 1);
                plantInt(space, head + offset, 0);
            }
            plantInt(space, head + 24, 1);
            plant(space, head + 8, space.table.start(head) + 16);
            long first = space.slabs.firstPartial(CLASS);
            plant(space, first + 32, 0);
            plant(space, first + 32, first);
            plant(space, first + 40, head);
            plant(space, first + 32, space.table.slabAt(others.getLast()));
            // Headers: a free cell that says it is live, a live one of another class.
            plantHeader(space, free, CellHeaders.liveCode(CLASS));
            plantHeader(space, live, CellHeaders.liveCode(CLASS + 1));
            space.validate();
        }
    }

    private static void plantHeader(SlabSpace space, long cell, long code) {
        long sound = CellHeaders.read(cell);
        CellHeaders.write(cell, code);
        assertThrows(HeapCorruptionException.class, space::validate);
        CellHeaders.write(cell, sound);
        space.validate();
    }

    private static void plant(SlabSpace space, long address, long value) {
        long sound = Memory.getLong(address);
        assertNotEquals(sound, value, "no damage at 0x" + Long.toHexString(address));
        Memory.putLong(address, value);
        assertThrows(HeapCorruptionException.class, space::validate, () -> "0x%x".formatted(address));
        Memory.putLong(address, sound);
        space.validate();
    }

    private static void plantInt(SlabSpace space, long address, int value) {
        int sound = Memory.getInt(address);
        Memory.putInt(address, value);
        assertThrows(HeapCorruptionException.class, space::validate, () -> "0x%x: %d".formatted(address, value));
        Memory.putInt(address, sound);
        space.validate();
    }
}
