package dev.ashlar.fit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.Headers;
import dev.ashlar.block.Links;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One bin's tree at a time, against a map from size to how many there are. Blocks are headers and links only: they may overlap. */
class SizeTreeTest {
    private static final int SLOTS = 2000;
    private static final long SLOT_BYTES = 64;

    @ParameterizedTest
    @ValueSource(ints = {64, 96, 130, 1 << 10, 40_000, 1 << 21, (1 << 22) - 1})
    void operations_random_agreeWithTreeMap(int sizeInBin) {
        try (FreeMemory memory = new FreeMemory(1)) {
            int bin = Bins.binOf(sizeInBin);
            int open = 1 << Bins.openBits(sizeInBin);
            int least = sizeInBin & -open;
            long[] roots = new long[Bins.COUNT];
            SizeTree tree = new SizeTree(roots, memory.headers, new LinkCheck(memory.geometry));
            TreeMap<Integer, Integer> sizes = new TreeMap<>();
            List<Long> free = new ArrayList<>();
            List<Long> slots = new ArrayList<>();
            for (int i = 0; i < SLOTS; i++) {
                slots.add(memory.slot(i, SLOT_BYTES));
            }
            Random random = new Random(sizeInBin);
            for (int i = 0; i < 30_000; i++) {
                boolean grows = random.nextInt(10) < (i / 3000 % 2 == 0 ? 7 : 3);
                if (!slots.isEmpty() && (grows || free.isEmpty())) {
                    long block = slots.removeLast();
                    int units = least + random.nextInt(1 + random.nextInt(open));
                    memory.place(block, units);
                    tree.insert(bin, block, units);
                    free.add(block);
                    sizes.merge(units, 1, Integer::sum);
                } else {
                    // Any of them: root, inner node, leaf, or of a ring.
                    int index = random.nextInt(free.size());
                    long block = free.set(index, free.getLast());
                    free.removeLast();
                    tree.check(bin, block);
                    tree.remove(bin, block);
                    sizes.merge(units(memory, block), -1, (a, b) -> a + b == 0 ? null : a + b);
                    slots.add(block);
                }
                assertAgree(memory, tree, bin, sizes, least + random.nextInt(open));
                if (i % 100 == 0) {
                    assertEquals(free.size(), tree.count(bin, free.size()));
                }
            }
        }
    }

    private static void assertAgree(
            FreeMemory memory, SizeTree tree, int bin, NavigableMap<Integer, Integer> sizes, int wanted) {
        Integer best = sizes.ceilingKey(wanted);
        long found = tree.smallestAtLeast(bin, wanted);
        assertEquals(best == null ? 0 : best, found == 0 ? 0 : units(memory, found));
        if (!sizes.isEmpty()) {
            assertEquals(sizes.firstKey(), units(memory, tree.smallest(bin)));
            assertEquals(sizes.lastKey(), units(memory, tree.largest(bin)));
            assertTrue(sizes.containsKey(units(memory, tree.any(bin))));
        }
    }

    private static int units(FreeMemory memory, long block) {
        return Headers.units(memory.headers.word(block));
    }

    @Test
    void smallest_amongEquals_isTheOneInsertedLast() {
        try (FreeMemory memory = new FreeMemory(1)) {
            long[] roots = new long[Bins.COUNT];
            SizeTree tree = new SizeTree(roots, memory.headers, new LinkCheck(memory.geometry));
            List<Long> inserted = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                long block = memory.slot(i, SLOT_BYTES);
                memory.place(block, 200);
                tree.insert(Bins.binOf(200), block, 200);
                inserted.addFirst(block);
            }
            for (long expected : inserted) {
                long found = tree.smallestAtLeast(Bins.binOf(200), 199);
                assertEquals(expected, found);
                tree.remove(Bins.binOf(200), found);
            }
        }
    }

    @Test
    void check_eachLinkDamaged_refuses() {
        try (FreeMemory memory = new FreeMemory(1)) {
            int bin = Bins.binOf(1 << 10);
            long[] roots = new long[Bins.COUNT];
            SizeTree tree = new SizeTree(roots, memory.headers, new LinkCheck(memory.geometry));
            // A node with two children and a ring of two.
            int[] sizes = {1030, 1025, 1050, 1030};
            for (int i = 0; i < sizes.length; i++) {
                memory.place(memory.slot(i, SLOT_BYTES), sizes[i]);
                tree.insert(bin, memory.slot(i, SLOT_BYTES), sizes[i]);
            }
            long node = memory.slot(0, SLOT_BYTES);
            List<Link> links = List.of(
                    new Link(Links::next, Links::setNext),
                    new Link(Links::previous, Links::setPrevious),
                    new Link(Links::left, Links::setLeft),
                    new Link(Links::right, Links::setRight),
                    new Link(Links::parent, Links::setParent));
            for (Link link : links) {
                long intact = link.get.applyAsLong(node);
                for (long bad : new long[] {node, intact + 8, intact + SLOT_BYTES * 40, -16, 1L << 50}) {
                    link.set.accept(node, bad);
                    HeapCorruptionException e =
                            assertThrows(HeapCorruptionException.class, () -> tree.check(bin, node));
                    assertTrue(e.toString().contains("expected"), e::toString);
                }
                link.set.accept(node, intact);
                tree.check(bin, node);
            }
            assertEquals(4, tree.count(bin, 4));
        }
    }

    private interface Getter {
        long applyAsLong(long block);
    }

    private interface Setter {
        void accept(long block, long link);
    }

    private record Link(Getter get, Setter set) {}

    @Test
    void count_nodeInWrongPlace_refuses() {
        try (FreeMemory memory = new FreeMemory(1)) {
            int bin = Bins.binOf(1 << 10);
            long[] roots = new long[Bins.COUNT];
            SizeTree tree = new SizeTree(roots, memory.headers, new LinkCheck(memory.geometry));
            List<Integer> sizes = new ArrayList<>(List.of(1024, 1030, 1040, 1050, 1055));
            sizes.sort(Comparator.reverseOrder());
            for (int i = 0; i < sizes.size(); i++) {
                memory.place(memory.slot(i, SLOT_BYTES), sizes.get(i));
                tree.insert(bin, memory.slot(i, SLOT_BYTES), sizes.get(i));
            }
            long root = roots[bin];
            long left = Links.left(root);
            Links.setLeft(root, Links.right(root));
            Links.setRight(root, left);
            assertThrows(HeapCorruptionException.class, () -> tree.count(bin, 10));
        }
    }
}
