package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.heap.CaseHeap.Setup;
import dev.ashlar.os.Memory;
import dev.ashlar.region.Guards;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.heap.CaseHeap.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 26 and 27 of docs/cases.md: contents written by who does not own them, in a hardened heap. The block concerned is withheld. */
class HardenedCasesTest {
    private static final long[] SIZES = {0, 1, 15, 16, 24, 100, 1016, 1500, 5000, 300_000};

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case26_writtenPastTheEnd_isCorruptAtFree(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            for (long size : SIZES) {
                for (int past : new int[] {1, 8}) {
                    long block = cases.heap.allocateAddress(size);
                    writePast(block + size, past);
                    assertWithheld(cases, block, () -> cases.heap.freeAddress(block));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case26_spanWrittenPastTheEnd_isCorruptAtFree(Setup setup) {
        for (int past : new int[] {1, 8}) {
            try (CaseHeap cases = CaseHeap.hardened(setup)) {
                long block = cases.heap.allocateAddress(3 * REGION_BYTES);
                writePast(block + 3 * REGION_BYTES, past);
                assertWithheld(cases, block, () -> cases.heap.freeAddress(block));
            }
        }
    }

    /** By segment, the generation stands in the guard: overwritten, it must not be taken for another one. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case26_writtenPastTheEndAndFreedBySegment_isCorruptAtFree(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            for (long size : SIZES) {
                for (int past : new int[] {1, 8, 24}) {
                    MemorySegment block = cases.heap.allocate(size, 16);
                    // 24 would reach the next header otherwise: as far as the guard goes.
                    writePast(block.address() + size, past <= 8 ? past : toGuardsEnd(block.address(), size));
                    assertWithheld(cases, block.address(), () -> cases.heap.free(block));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case26_writtenPastTheEndAndResized_isCorrupt(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            for (long size : SIZES) {
                MemorySegment block = cases.heap.allocate(size, 16);
                writePast(block.address() + size, 8);
                assertWithheld(cases, block.address(), () -> cases.heap.resize(block, 40));
                long address = cases.heap.allocateAddress(size);
                writePast(address + size, 1);
                assertWithheld(cases, address, () -> cases.heap.resizeAddress(address, 40));
            }
        }
    }

    private static int toGuardsEnd(long block, long size) {
        long payload = BlockLayout.payloadBytes(BlockLayout.unitsFor(size + Guards.BYTES));
        assertEquals(0, block % BlockLayout.UNIT_BYTES);
        return (int) (payload - size);
    }

    private static void writePast(long end, int count) {
        for (int i = 0; i < count; i++) {
            Memory.putByte(end + i, (byte) ~Memory.getByte(end + i));
        }
    }

    /** C, one block more is withheld, the heap recovers as it is, and never hands that block out again. */
    private static void assertWithheld(CaseHeap cases, long block, org.junit.jupiter.api.function.Executable use) {
        HeapStatistics before = cases.heap.statistics();
        HeapCorruptionException e = cases.assertCorrupt(use);
        assertEquals(block, e.address());
        assertTrue(String.valueOf(e.getMessage()).contains("withheld"), e::getMessage);
        HeapStatistics now = cases.heap.statistics();
        assertEquals(before.withheldBlocks() + 1, now.withheldBlocks(), "withheld blocks");
        assertEquals(before.committedBytes(), now.committedBytes());
        assertTrue(now.overheadBytes() > before.overheadBytes(), "withheld bytes count as overhead");
        cases.heap.recover();
        cases.verify();
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.freeAddress(block));
    }

    /** A block between two live ones, freed: it stays what it was, and the next of its size comes from it. */
    private static long freed(CaseHeap cases, long size, List<Long> neighbours) {
        Heap heap = cases.heap;
        heap.policy(FitPolicy.NEXT_FIT);
        neighbours.add(heap.allocateAddress(200_000));
        long block = heap.allocateAddress(size);
        neighbours.add(heap.allocateAddress(50));
        heap.policy(FitPolicy.BEST_FIT);
        heap.freeAddress(block);
        assertEquals(block, heap.allocateAddress(size), "the next one to be handed out");
        heap.freeAddress(block);
        return block;
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case27_writtenAfterFree_isCorruptAtReuse(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            List<Long> neighbours = new ArrayList<>();
            for (long size : new long[] {24, 100, 900, 1500, 5000, 100_000}) {
                for (int place = 0; place < 3; place++) {
                    long block = freed(cases, size, neighbours);
                    long links = BlockLayout.linkBytes(BlockLayout.unitsFor(size + Guards.BYTES));
                    switch (place) {
                        case 0 -> Memory.putByte(block + links, (byte) 1);
                        case 1 -> Memory.putByte(block + size - 1, (byte) 0x80);
                        default -> Memory.fill(block + links, size - links, (byte) 0x41);
                    }
                    assertWithheld(cases, block, () -> cases.heap.allocateAddress(size));
                    long another = cases.heap.allocateAddress(size);
                    assertNotEquals(block, another);
                    cases.heap.freeAddress(another);
                }
            }
            neighbours.forEach(cases.heap::freeAddress);
        }
    }

    /** Over the links, at the front: found at reuse, too. The list is damaged, so that the heap recovers once it is repaired. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case27_linksWrittenAfterFree_isCorruptAtReuse(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            List<Long> neighbours = new ArrayList<>();
            for (long size : new long[] {24, 100, 900, 1500, 5000}) {
                for (int count : new int[] {1, 8, 16}) {
                    long block = freed(cases, size, neighbours);
                    cases.plantBytes(block, count, (byte) (Memory.getByte(block) + 1));
                    cases.assertCorrupt(() -> cases.heap.allocateAddress(size));
                    cases.repairAndRecover();
                    assertEquals(block, cases.heap.allocateAddress(size));
                    cases.heap.freeAddress(block);
                }
            }
            neighbours.forEach(cases.heap::freeAddress);
        }
    }

    /** Without a reuse, validating finds it. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case27_writtenAfterFree_isFoundByValidate(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            List<Long> neighbours = new ArrayList<>();
            long block = freed(cases, 5000, neighbours);
            cases.plantBytes(block + 2000, 1, (byte) 7);
            cases.assertCorrupt(cases.heap::validate);
            cases.repairAndRecover();
            neighbours.forEach(cases.heap::freeAddress);
        }
    }
}
