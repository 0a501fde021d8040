package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.BlockState;
import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.heap.CaseHeap.Setup;
import dev.ashlar.os.Memory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.heap.CaseHeap.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 21 to 24 of docs/cases.md: damaged headers. Links are in LinkCasesTest, contents in HardenedCasesTest. */
class CorruptionCasesTest {
    private static final long[] SIZES = {100, 5000, 3 * REGION_BYTES};

    private static List<CaseHeap> heaps(Setup setup) {
        return List.of(CaseHeap.open(setup), CaseHeap.hardened(setup));
    }

    /** A live block between two others, each of them live, or free and merged. */
    private static final class Row implements AutoCloseable {
        private final CaseHeap cases;
        private final boolean beforeFree;
        private final boolean behindFree;
        private final long first;
        private final long before;
        private final long block;
        private final long behind;

        Row(CaseHeap cases, long size, boolean beforeFree, boolean behindFree) {
            this.cases = cases;
            this.beforeFree = beforeFree;
            this.behindFree = behindFree;
            Heap heap = cases.heap;
            if (size > REGION_BYTES) {
                // Aligned, so that there is room before the span; the room behind it is what is left of its last region.
                first = heap.allocateAddress(24);
                block = heap.allocateAddress(size, 1 << 16);
                before = take((block & -REGION_BYTES) + BlockLayout.FIRST_PAYLOAD_OFFSET);
                behind = take(next(block));
            } else {
                heap.policy(FitPolicy.NEXT_FIT);
                first = heap.allocateAddress(300_000);
                before = heap.allocateAddress(2000);
                block = heap.allocateAddress(size);
                behind = heap.allocateAddress(2000);
                heap.policy(FitPolicy.SEGREGATED_FIT);
            }
            assertEquals(block, next(before), "neighbours");
            assertEquals(behind, next(block), "neighbours");
            if (beforeFree) {
                heap.freeAddress(before);
            }
            if (behindFree) {
                heap.freeAddress(behind);
            }
            heap.coalesce();
            cases.verify();
        }

        /** Makes the free block that begins at an address live, as a whole. */
        private long take(long free) {
            long[] usable = {0};
            cases.heap.walk((address, usableBytes, state) -> {
                if (address == free && state == BlockState.FREE) {
                    usable[0] = usableBytes;
                }
            });
            cases.heap.policy(FitPolicy.BEST_FIT);
            assertEquals(free, cases.heap.allocateAddress(usable[0] - cases.guardBytes()), "the only one of its size");
            cases.heap.policy(FitPolicy.SEGREGATED_FIT);
            return free;
        }

        private long next(long address) {
            return address + Heap.blockSize(cases.heap.usableSize(address) + cases.guardBytes());
        }

        @Override
        public void close() {
            cases.heap.freeAddress(block);
            if (!beforeFree) {
                cases.heap.freeAddress(before);
            }
            if (!behindFree) {
                cases.heap.freeAddress(behind);
            }
            cases.heap.freeAddress(first);
            cases.heap.coalesce();
        }
    }

    /**
     * Each bit of word B is found at the free, each bit of word A before the merge that it would lead astray: at the free, too, or, where the
     * block waits unmerged, at the coalescing. None is missed.
     */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case21_eachHeaderBitFlipped_isCorrupt(Setup setup) {
        int atFree = 0;
        int atMerge = 0;
        int missed = 0;
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : SIZES) {
                    for (int situation = 0; situation < 4; situation++) {
                        try (Row row = new Row(cases, size, (situation & 1) != 0, (situation & 2) != 0)) {
                            for (int bit = 0; bit < Long.SIZE; bit++) {
                                cases.plantHeader(row.block, CaseHeap.header(row.block) ^ (1L << bit));
                                switch (foundBy(cases, row.block)) {
                                    case 1 -> atFree++;
                                    case 2 -> atMerge++;
                                    default -> missed++;
                                }
                            }
                        }
                    }
                }
            }
        }
        System.out.printf("case 21, %s: %d single-bit flips found at the free, %d at the merge, %d missed%n",
                setup, atFree, atMerge, missed);
        assertEquals(0, missed, "missed");
        assertEquals(2 * SIZES.length * 4 * Long.SIZE, atFree + atMerge);
        // Only small blocks wait, and only word A can wait with them.
        assertTrue(atMerge <= (setup.coalescing == Coalescing.DEFERRED ? 2 * 4 * Integer.SIZE : 0),
                "found late: " + atMerge);
    }

    /** Which step finds the damage: 1 the free, 2 the merge, 0 neither. The block is live and sound afterwards. */
    private static int foundBy(CaseHeap cases, long block) {
        try {
            cases.heap.freeAddress(block);
        } catch (HeapCorruptionException e) {
            cases.repair();
            cases.heap.recover();
            return 1;
        }
        long waiting = cases.heap.statistics().pendingBlocks();
        assertEquals(1, waiting, "missed at the free, and merged");
        try {
            cases.heap.coalesce();
        } catch (HeapCorruptionException e) {
            // Word B is the heap's own by now: only word A is put back.
            int wordA = cases.plantedBefore(block - BlockLayout.HEADER_BYTES);
            cases.forget();
            Memory.putInt(block - BlockLayout.HEADER_BYTES, wordA);
            cases.heap.recover();
            long again = cases.heap.allocateAddress(100);
            assertEquals(block, again);
            return 2;
        }
        return 0;
    }

    /** By segment a hardened heap looks into the block before it frees it: that fences it, too. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case21_freedBySegment_isCorruptAndFenced(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                MemorySegment block = cases.heap.allocate(100, 16);
                cases.plantHeader(block.address(), CaseHeap.header(block.address()) ^ 1L << 40);
                cases.assertCorrupt(() -> cases.heap.free(block));
                cases.repairAndRecover();
                cases.plantHeader(block.address(), CaseHeap.header(block.address()) ^ 1L << 40);
                cases.assertCorrupt(() -> cases.heap.resize(block, 8));
                cases.repairAndRecover();
                cases.heap.free(block);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case22_headerZeroed_isCorrupt(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : SIZES) {
                    long block = cases.heap.allocateAddress(size);
                    cases.plantHeader(block, 0);
                    refuseUntouched(cases, block);
                    cases.heap.freeAddress(block);
                }
            }
        }
    }

    /** A neighbour's header counts as much: nothing is merged on the strength of it. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case22_neighboursHeaderZeroed_isCorruptBeforeAMerge(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (int situation = 0; situation < 4; situation++) {
                    boolean beforeFree = (situation & 1) != 0;
                    try (Row row = new Row(cases, 5000, beforeFree, (situation & 2) != 0)) {
                        cases.plantHeader(row.behind, 0);
                        refuseUntouched(cases, row.block);
                        if (beforeFree) {
                            cases.plantHeader(row.before, 0);
                            refuseUntouched(cases, row.block);
                        }
                    }
                }
            }
        }
    }

    /** C, and not a byte of the heap has changed. */
    private static void refuseUntouched(CaseHeap cases, long block) {
        byte[] image = cases.image();
        cases.assertCorrupt(() -> cases.heap.freeAddress(block));
        cases.assertImage(image);
        cases.repairAndRecover();
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case23_sizeZeroOrPastTheRegionsEnd_isCorrupt(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                long block = cases.heap.allocateAddress(100);
                long large = cases.heap.allocateAddress(5000);
                for (long forged : new long[] {block, large}) {
                    int toTheEnd = (int) ((REGION_BYTES - (forged & (REGION_BYTES - 1))) >>> BlockLayout.UNIT_SHIFT);
                    for (int units : new int[] {0, 1, toTheEnd + 1, 1 << 16, (1 << 22) - 1}) {
                        cases.keepHeader(forged);
                        cases.headers.set(forged, units, BlockLayout.LIVE);
                        refuseUntouched(cases, forged);
                    }
                    cases.heap.freeAddress(forged);
                }
            }
        }
    }

    /** The same for blocks that wait, and for free ones: found when they are to be handed out. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case23_sizeOfAFreeBlockZeroOrTooLarge_isCorrupt(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                long block = cases.heap.allocateAddress(100);
                cases.heap.freeAddress(block);
                int state = BlockLayout.FREE;
                if (setup.coalescing == Coalescing.DEFERRED) {
                    state = BlockLayout.CACHED;
                }
                assertEquals(block, cases.heap.allocateAddress(100), "the next one to be handed out");
                cases.heap.freeAddress(block);
                for (int units : new int[] {0, 1, 1 << 16, (1 << 22) - 1}) {
                    cases.keepHeader(block);
                    cases.headers.set(block, units, state);
                    byte[] image = cases.image();
                    cases.assertCorrupt(() -> cases.heap.allocateAddress(100));
                    cases.assertImage(image);
                    cases.repairAndRecover();
                }
            }
        }
    }

    /** Word A, intact by its check, says what is not so. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case24_previousSizeDisagrees_isCorruptBeforeAMerge(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : new long[] {5000, 3 * REGION_BYTES}) {
                    for (boolean beforeFree : new boolean[] {true, false}) {
                        try (Row row = new Row(cases, size, beforeFree, true)) {
                            int units = (int) ((row.block - row.before) >>> BlockLayout.UNIT_SHIFT);
                            List<Integer> forgeries =
                                    new ArrayList<>(List.of(units - 1, units + 1, 1, 1 << 16, (1 << 22) - 1));
                            if (!beforeFree) {
                                forgeries.add(units);
                            }
                            for (int forged : forgeries) {
                                cases.keepHeader(row.block);
                                cases.headers.setPreviousFreeUnits(row.block, forged);
                                refuseUntouched(cases, row.block);
                            }
                        }
                    }
                }
            }
        }
    }

    /** A small block that waits is merged later, and checked then. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"POSIX_DEFERRED", "PORTABLE_DEFERRED"})
    void case24_previousSizeOfAWaitingBlockDisagrees_isCorruptBeforeTheMerge(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            try (Row row = new Row(cases, 100, true, true)) {
                cases.heap.freeAddress(row.block);
                cases.keepHeader(row.block);
                cases.headers.setPreviousFreeUnits(row.block, 7);
                byte[] image = cases.image();
                cases.assertCorrupt(cases.heap::coalesce);
                cases.assertImage(image);
                cases.repairAndRecover();
                assertEquals(1, cases.heap.statistics().pendingBlocks());
                assertEquals(row.block, cases.heap.allocateAddress(100));
            }
        }
    }

    /** Forged to "not free", with a valid check: the free blocks stay apart, nobody's memory is touched, and validating finds it. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case24_previousSizeForgedToNone_isFoundByValidate(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Row row = new Row(cases, 5000, true, false);
            cases.keepHeader(row.block);
            cases.headers.setPreviousFreeUnits(row.block, 0);
            assertFalse(cases.heap.isFenced());
            assertThrows(HeapCorruptionException.class, cases.heap::validate);
            assertTrue(cases.heap.isFenced());
            cases.repairAndRecover();
            row.close();
        }
    }
}
