package dev.ashlar.heap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.Links;
import dev.ashlar.heap.CaseHeap.Setup;
import dev.ashlar.os.Memory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Case 25 of docs/cases.md: damaged links of free and of waiting blocks, found before anything is written on the strength of them. */
class LinkCasesTest {
    /** Sizes that share one exact bin. */
    private static final long[] EXACT = {184, 184, 184, 184};

    /** Sizes that share one tree bin, 256 to 263 units: a root, nodes below it on both sides, a ring of equals. */
    private static final long[] TREE = {4088, 4104, 4120, 4120, 4152, 4200, 4200, 4200};

    /** Free blocks, each between two live ones. */
    private static final class Comb implements AutoCloseable {
        private final CaseHeap cases;
        private final List<Long> free = new ArrayList<>();
        private final List<Long> live = new ArrayList<>();

        Comb(CaseHeap cases, long[] sizes) {
            this.cases = cases;
            Heap heap = cases.heap;
            heap.policy(FitPolicy.NEXT_FIT);
            live.add(heap.allocateAddress(300_000));
            for (long size : sizes) {
                free.add(heap.allocateAddress(size - cases.guardBytes()));
                live.add(heap.allocateAddress(2000));
            }
            heap.policy(FitPolicy.SEGREGATED_FIT);
            for (int i = 0; i < sizes.length; i++) {
                assertTrue(live.get(i) < free.get(i) && free.get(i) < live.get(i + 1), "a row");
                heap.freeAddress(free.get(i));
            }
            heap.coalesce();
            cases.verify();
        }

        @Override
        public void close() {
            live.forEach(cases.heap::freeAddress);
            cases.heap.coalesce();
        }
    }

    private static List<CaseHeap> heaps(Setup setup) {
        return setup.coalescing == Coalescing.IMMEDIATE
                ? List.of(CaseHeap.open(setup), CaseHeap.hardened(setup))
                : List.of(CaseHeap.open(setup));
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case25_linkOfAnExactBin_isCorruptBeforeItIsFollowed(Setup setup) {
        damageEachLink(setup, EXACT, 2);
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case25_linkOfATreeBin_isCorruptBeforeItIsFollowed(Setup setup) {
        damageEachLink(setup, TREE, 5);
    }

    /** A neighbour's free would merge with the block, and so take it out of its list: by then the damage is found. */
    private static void damageEachLink(Setup setup, long[] sizes, int links) {
        try (Heap other = Heap.builder().name("other").capacity(4 << 20).portable(setup.portable).build()) {
            long foreign = other.allocateAddress(64);
            for (CaseHeap cases : heaps(setup)) {
                try (cases; Comb comb = new Comb(cases, sizes)) {
                    for (int i = 0; i < comb.free.size(); i++) {
                        for (int link = 0; link < links; link++) {
                            damage(cases, comb, i, link, foreign);
                        }
                    }
                    other.validate();
                }
            }
        }
    }

    private static void damage(CaseHeap cases, Comb comb, int index, int link, long foreign) {
        long block = comb.free.get(index);
        long field = block + (long) link * Long.BYTES;
        if (link == 2 || link == 3) {
            if (Links.parent(block) == 0) {
                return; // No node: nothing stands in these links, and nothing follows them.
            }
        }
        for (Map.Entry<String, Long> wrong : wrongLinks(cases, comb, block, foreign).entrySet()) {
            if (wrong.getValue() == Memory.getLong(field)) {
                continue;
            }
            cases.plantLong(field, wrong.getValue());
            byte[] image = cases.image();
            HeapCorruptionException e = cases.assertCorrupt(() -> cases.heap.freeAddress(comb.live.get(index + 1)));
            assertTrue(String.valueOf(e.getMessage()).contains("link"), () -> wrong.getKey() + ": " + e.getMessage());
            cases.assertImage(image);
            cases.repair();
            cases.heap.recover();
        }
    }

    private static Map<String, Long> wrongLinks(CaseHeap cases, Comb comb, long block, long foreign) {
        Map<String, Long> wrong = new LinkedHashMap<>();
        wrong.put("itself", block);
        wrong.put("below the heap", cases.base - 4096);
        wrong.put("behind the heap", cases.base + CaseHeap.CAPACITY_BYTES);
        wrong.put("nowhere", 0x1234_5678_9AB0L);
        wrong.put("negative", -16L);
        wrong.put("misaligned", comb.free.getFirst() + 8);
        wrong.put("odd", block + 1);
        wrong.put("another heap", foreign);
        wrong.put("a live block", comb.live.getFirst());
        wrong.put("a region that is not in use", cases.base + CaseHeap.CAPACITY_BYTES - 4096);
        return wrong;
    }

    /** The allocation that would take the block finds it, too. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case25_linkOfTheBlockToHandOut_isCorrupt(Setup setup) {
        try (Heap other = Heap.builder().name("other").capacity(4 << 20).portable(setup.portable).build()) {
            long foreign = other.allocateAddress(64);
            for (CaseHeap cases : heaps(setup)) {
                try (cases; Comb comb = new Comb(cases, EXACT)) {
                    long size = EXACT[0] - cases.guardBytes();
                    long head = cases.heap.allocateAddress(size);
                    assertTrue(comb.free.contains(head));
                    cases.heap.freeAddress(head);
                    cases.heap.coalesce();
                    for (long wrong : wrongLinks(cases, comb, head, foreign).values()) {
                        cases.plantLong(head, wrong);
                        byte[] image = cases.image();
                        cases.assertCorrupt(() -> cases.heap.allocateAddress(size));
                        cases.assertImage(image);
                        cases.repairAndRecover();
                    }
                }
            }
        }
    }

    /** To follow a link to a free block of another size would hand out a block that is too small. */
    @ParameterizedTest
    @CsvSource({"SEGREGATED_FIT, 184", "BEST_FIT, 184", "WORST_FIT, 184", "SEGREGATED_FIT, 1112", "BEST_FIT, 1112"})
    void case25_linkToASmallerFreeBlock_isCorrupt(FitPolicy policy, long smaller) {
        try (CaseHeap cases = CaseHeap.open(Setup.POSIX_IMMEDIATE);
                Comb comb = new Comb(cases, new long[] {700_000, smaller})) {
            long large = comb.free.getFirst();
            cases.heap.policy(policy);
            long size = policy == FitPolicy.WORST_FIT ? largest(cases) : 700_000;
            long found = cases.heap.allocateAddress(size);
            cases.heap.freeAddress(found);
            assertTrue(policy == FitPolicy.WORST_FIT || found == large, "the block to hand out");
            assertEquals(found, Links.next(found), "the only one of its size");
            cases.plantLong(found, comb.free.get(1));
            byte[] image = cases.image();
            cases.assertCorrupt(() -> cases.heap.allocateAddress(size));
            cases.assertImage(image);
            cases.repairAndRecover();
        }
    }

    private static long largest(CaseHeap cases) {
        return cases.heap.statistics().largestPartlyFreeBytes();
    }

    /** Two links to one child: it would be put below itself. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case25_bothChildrenTheSame_isCorrupt(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup); Comb comb = new Comb(cases, TREE)) {
            int tried = 0;
            for (int i = 0; i < comb.free.size(); i++) {
                long node = comb.free.get(i);
                if (Links.parent(node) == 0 || (Links.left(node) == 0) == (Links.right(node) == 0)) {
                    continue;
                }
                long behind = comb.live.get(i + 1);
                cases.plantLong(node + (Links.left(node) == 0 ? 16 : 24), Links.left(node) | Links.right(node));
                byte[] image = cases.image();
                cases.assertCorrupt(() -> cases.heap.freeAddress(behind));
                cases.assertImage(image);
                cases.repairAndRecover();
                tried++;
            }
            assertTrue(tried > 0, "a node with one child");
        }
    }

    /** A list cut short by a zero leads to no wrong write; the blocks behind the cut are missed when the heap is validated. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case25_listCutShort_isFoundByValidate(Setup setup) {
        for (long[] sizes : new long[][] {EXACT, TREE}) {
            try (CaseHeap cases = CaseHeap.open(setup); Comb comb = new Comb(cases, sizes)) {
                for (long block : comb.free) {
                    if (Links.next(block) != 0 && Links.next(block) != block) {
                        cases.plantLong(block, 0);
                        assertThrows(HeapCorruptionException.class, cases.heap::validate);
                        cases.repairAndRecover();
                    }
                }
            }
        }
    }

    /** The list of blocks that wait (deferred coalescing): singly linked. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"POSIX_DEFERRED", "PORTABLE_DEFERRED"})
    void case25_linkOfAWaitingBlock_isCorruptBeforeItIsFollowed(Setup setup) {
        try (Heap other = Heap.builder().name("other").capacity(4 << 20).portable(setup.portable).build()) {
            long foreign = other.allocateAddress(64);
            for (CaseHeap cases : heaps(setup)) {
                try (cases; Comb comb = new Comb(cases, EXACT)) {
                    long size = EXACT[0] - cases.guardBytes();
                    List<Long> waiting = List.of(cases.heap.allocateAddress(size), cases.heap.allocateAddress(size));
                    waiting.forEach(cases.heap::freeAddress);
                    assertEquals(2, cases.heap.statistics().pendingBlocks());
                    long head = waiting.getLast();
                    for (Map.Entry<String, Long> wrong : wrongLinks(cases, comb, head, foreign).entrySet()) {
                        cases.plantLong(head, wrong.getValue());
                        byte[] image = cases.image();
                        cases.assertCorrupt(() -> cases.heap.allocateAddress(size));
                        cases.assertImage(image);
                        cases.repairAndRecover();
                        cases.plantLong(head, wrong.getValue());
                        cases.assertCorrupt(cases.heap::coalesce);
                        cases.assertImage(image);
                        cases.repairAndRecover();
                    }
                    assertEquals(2, cases.heap.statistics().pendingBlocks());
                }
            }
        }
    }
}
