package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.BlockState;
import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.os.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The API by example, with the numbers worked out by hand. */
class HeapTest {
    private static final long REGION = 1L << 20;

    /** A region's slice of the table of block starts. */
    private static final long SLICE = REGION / 128;

    private static HeapBuilder builder() {
        return Heap.builder().name("example").capacity(8 * REGION).regionSize(REGION);
    }

    @ParameterizedTest
    @CsvSource({"0, 32", "1, 32", "24, 32", "25, 48", "40, 48", "41, 64", "100, 112", "1048552, 1048560",
        "1048576, 1048592"})
    void blockSize_isHeaderAndRounding(long byteSize, long blockSize) {
        assertEquals(blockSize, Heap.blockSize(byteSize));
    }

    @ParameterizedTest
    @CsvSource({"0, 24", "24, 24", "25, 40", "100, 104", "1000, 1000", "65536, 65544"})
    void usableSize_isBlockWithoutHeader_orRequestWhereHardened(long byteSize, long usable) {
        try (Heap heap = builder().build(); Heap hardened = builder().hardened(true).build()) {
            assertEquals(usable, heap.usableSize(heap.allocateAddress(byteSize)));
            assertEquals(byteSize, hardened.usableSize(hardened.allocateAddress(byteSize)));
        }
    }

    @Test
    void allocate_sizeZero_isABlockOfItsOwn() {
        try (Heap heap = builder().build()) {
            MemorySegment a = heap.allocate(0);
            MemorySegment b = heap.allocate(0);
            assertEquals(0, a.byteSize());
            assertNotEquals(a.address(), b.address());
            heap.free(a);
            heap.free(b);
            assertEquals(0, heap.statistics().liveBlocks());
        }
    }

    @Test
    void allocate_asASegmentAllocator_keepsContents() {
        try (Heap heap = builder().build()) {
            MemorySegment text = heap.allocateFrom("ashlar");
            MemorySegment numbers = heap.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
            assertEquals("ashlar", text.getString(0));
            assertEquals(24, numbers.byteSize());
            MemorySegment more = heap.resize(numbers, 10_000);
            assertEquals(3, more.getAtIndex(ValueLayout.JAVA_LONG, 2));
            heap.free(more);
            heap.free(text.asReadOnly());
            assertEquals(0, heap.statistics().liveBlocks());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 16, 32, 4096, 1 << 20, 4 << 20})
    void allocate_aligned_isAMultiple(long alignment) {
        try (Heap heap = builder().build()) {
            heap.allocateAddress(10);
            long block = heap.allocateAddress(100, alignment);
            assertEquals(0, block % Math.max(16, alignment));
            heap.freeAddress(block);
            heap.validate();
        }
    }

    @Test
    void statistics_handMadeSequence_areAsCounted() {
        try (Heap heap = builder().build()) {
            assertFigures(heap, 0, 0, 0, 0, 0, 0);
            long a = heap.allocateAddress(100);
            // A region has 2^20 - 16 bytes for blocks: 112 live, the rest free.
            assertFigures(heap, 1, 104, 1, (1 << 20) - 16 - 112 - 8, 16, 0);
            long b = heap.allocateAddress(1000);
            assertFigures(heap, 2, 104 + 1000, 1, (1 << 20) - 16 - 112 - 1008 - 8, 24, 0);
            long c = heap.allocateAddress(24);
            assertEquals(a + 112, b);
            assertEquals(b + 1008, c);
            heap.freeAddress(b);
            assertFigures(heap, 2, 104 + 24, 2, 1000 + ((1 << 20) - 16 - 112 - 1008 - 32 - 8), 32, 0);
            assertEquals(1 - (1_047_400 / (1_047_400 + 1000.0)), heap.statistics().fragmentation(), 1e-12);
            heap.freeAddress(a);
            assertFigures(heap, 1, 24, 2, 1112 + 1_047_400, 24, 0);
            heap.freeAddress(c);
            assertFigures(heap, 0, 0, 0, 1 << 20, 0, 1 << 20);
            assertEquals(0, heap.statistics().fragmentation());
            assertEquals(REGION + SLICE, heap.trim());
            assertFigures(heap, 0, 0, 0, 0, 0, 0);
        }
    }

    private static void assertFigures(
            Heap heap, long live, long liveBytes, long free, long freeBytes, long headerBytes, long retained) {
        HeapStatistics now = heap.statistics();
        assertEquals(8 * REGION, now.capacityBytes());
        assertEquals(live, now.liveBlocks());
        assertEquals(liveBytes, now.liveBytes());
        assertEquals(free, now.freeBlocks());
        assertEquals(freeBytes, now.freeBytes());
        assertEquals(freeBytes - retained, now.partlyFreeBytes());
        assertEquals(headerBytes, now.headerBytes());
        assertEquals(retained, now.retainedBytes());
        assertEquals(0, now.pendingBytes() + now.pendingBlocks() + now.withheldBlocks());
        long committed = live + retained == 0 ? 0 : REGION + SLICE;
        assertEquals(committed, now.committedBytes());
        assertEquals(committed == 0 ? 0 : SLICE + (live == 0 ? 0 : 16), now.overheadBytes());
        assertEquals(committed, liveBytes + freeBytes + headerBytes + now.overheadBytes());
    }

    @Test
    void statistics_deferred_countPendingUntilCoalesced() {
        try (Heap heap = builder().coalescing(Coalescing.DEFERRED).build()) {
            long keeper = heap.allocateAddress(100);
            long a = heap.allocateAddress(100);
            long b = heap.allocateAddress(200);
            heap.freeAddress(a);
            heap.freeAddress(b);
            HeapStatistics waiting = heap.statistics();
            assertEquals(2, waiting.pendingBlocks());
            assertEquals(104 + 200, waiting.pendingBytes());
            assertEquals(1, waiting.freeBlocks());
            assertEquals(b, heap.allocateAddress(200));
            heap.freeAddress(b);
            assertEquals(304, heap.coalesce());
            assertEquals(0, heap.coalesce());
            assertEquals(0, heap.statistics().pendingBlocks());
            assertEquals(1, heap.statistics().freeBlocks());
            heap.freeAddress(keeper);
        }
    }

    @Test
    void fragmentation_threeHolesOfOneSize_isTwoThirds() {
        try (Heap heap = builder().capacity(REGION).build()) {
            List<Long> holes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                holes.add(heap.allocateAddress(1000));
                heap.allocateAddress(24);
            }
            // Nothing but the holes is free.
            heap.allocateAddress((1 << 20) - 16 - 3 * (1008 + 32) - 8);
            assertEquals(0, heap.statistics().freeBlocks());
            holes.forEach(heap::freeAddress);
            HeapStatistics now = heap.statistics();
            assertEquals(3000, now.freeBytes());
            assertEquals(1000, now.largestFreeBytes());
            assertEquals(2.0 / 3, now.fragmentation(), 1e-12);
            List<SizeClassFragmentation> classes = heap.fragmentationBySizeClass();
            assertEquals(16, classes.getFirst().payloadBytes());
            // Holes of 63 units: 3 * 31 blocks of 2 units, against 189 / 2 = 94.
            assertEquals(new SizeClassFragmentation(16, 93, 94), of(classes, 16));
            // 33 units: one a hole, five in all.
            assertEquals(new SizeClassFragmentation(512, 3, 5), of(classes, 512));
            assertEquals(0.4, of(classes, 512).fragmentation(), 1e-12);
            // 65 units fit into no hole, but twice into all of them.
            assertEquals(new SizeClassFragmentation(1024, 0, 2), of(classes, 1024));
            assertEquals(1, of(classes, 1024).fragmentation());
            // 513 units: not even then.
            assertEquals(new SizeClassFragmentation(8192, 0, 0), of(classes, 8192));
            assertEquals(0, of(classes, 8192).fragmentation());
        }
    }

    private static SizeClassFragmentation of(List<SizeClassFragmentation> classes, long payloadBytes) {
        return classes.stream().filter(found -> found.payloadBytes() == payloadBytes).findAny().orElseThrow();
    }

    @Test
    void isAllocated_edges_anyOverlapCountsAndTouchingDoesNot() {
        try (Heap heap = builder().build()) {
            long a = heap.allocateAddress(100);
            assertFalse(heap.isAllocated(a, 0));
            assertTrue(heap.isAllocated(a, 1));
            assertTrue(heap.isAllocated(a + 103, 1));
            assertFalse(heap.isAllocated(a + 104, 1), "the next block's header");
            assertFalse(heap.isAllocated(a - 8, 8), "its own header");
            assertTrue(heap.isAllocated(a - 8, 9));
            assertTrue(heap.isAllocated(0, Long.MAX_VALUE));
            assertFalse(heap.isAllocated(0, a));
            assertFalse(heap.isAllocated(a + 104, 1 << 30));
            long b = heap.allocateAddress(100);
            assertTrue(heap.isAllocated(a + 104, 9));
            heap.freeAddress(a);
            assertFalse(heap.isAllocated(a, b - a));
            assertTrue(heap.isAllocated(a, b - a + 1));
            long span = heap.allocateAddress(3 * REGION);
            assertTrue(heap.isAllocated(span + 2 * REGION, 1));
            assertThrows(IllegalArgumentException.class, () -> heap.isAllocated(a, -1));
        }
    }

    @Test
    void isAllocated_rangeThatEndsBeyondAllAddresses_isAnswered() {
        try (Heap heap = builder().build()) {
            long a = heap.allocateAddress(100);
            assertTrue(heap.isAllocated(a, Long.MAX_VALUE));
        }
    }

    @Test
    void walk_isInAddressOrderAndSaysStates() {
        try (Heap heap = builder().coalescing(Coalescing.DEFERRED).build()) {
            long a = heap.allocateAddress(100);
            long b = heap.allocateAddress(50);
            long span = heap.allocateAddress(2 * REGION);
            heap.freeAddress(b);
            List<ValidatingHeap.Walked> seen = new ArrayList<>();
            heap.walk((address, bytes, state) -> seen.add(new ValidatingHeap.Walked(address, bytes, state)));
            assertEquals(5, seen.size());
            assertEquals(new ValidatingHeap.Walked(a, 104, BlockState.LIVE), seen.get(0));
            assertEquals(new ValidatingHeap.Walked(b, 56, BlockState.CACHED), seen.get(1));
            assertEquals(BlockState.FREE, seen.get(2).state());
            assertEquals(span, seen.get(3).address());
            assertEquals(BlockState.LIVE, seen.get(3).state());
            for (int i = 1; i < seen.size(); i++) {
                assertTrue(seen.get(i - 1).address() < seen.get(i).address());
            }
        }
    }

    @Test
    void settings_areReadBack() {
        try (Heap heap = builder().policy(FitPolicy.BEST_FIT).hardened(true).build()) {
            assertEquals("example", heap.name());
            assertEquals(8 * REGION, heap.capacity());
            assertEquals(REGION, heap.regionSize());
            assertEquals(FitPolicy.BEST_FIT, heap.policy());
            assertEquals(Coalescing.IMMEDIATE, heap.coalescing());
            assertTrue(heap.isHardened());
            heap.policy(FitPolicy.WORST_FIT);
            assertEquals(FitPolicy.WORST_FIT, heap.policy());
            assertFalse(heap.isFenced());
            assertEquals(0, heap.failedReleases());
        }
        try (Heap heap = Heap.builder().build()) {
            assertEquals("heap", heap.name());
            assertEquals(1 << 30, heap.capacity());
            assertEquals(64 << 20, heap.regionSize());
            assertEquals(FitPolicy.SEGREGATED_FIT, heap.policy());
            assertFalse(heap.isHardened());
        }
    }

    @Test
    void capacity_notWholeRegions_isRoundedUp() {
        try (Heap heap = builder().capacity(REGION + 1).build()) {
            assertEquals(2 * REGION, heap.capacity());
        }
    }

    @Test
    void close_twice_doesNothingMore() {
        Heap heap = builder().build();
        MemorySegment segment = heap.allocate(100);
        heap.close();
        heap.close();
        assertEquals("heap 'example', closed", heap.toString());
        assertEquals("example", heap.name());
        assertFalse(heap.isFenced());
        assertThrows(IllegalStateException.class, () -> heap.allocateAddress(1));
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "1048576, 1", "1048577, 2", "4194304, 4", "9223372036854775807, 6"})
    void retained_freeRegions_areKeptUpToIt(long retained, int regions) {
        try (Heap heap = builder().retained(retained).build()) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                blocks.add(heap.allocateAddress(REGION - 24));
            }
            assertEquals(6 * (REGION + SLICE), heap.statistics().committedBytes());
            blocks.forEach(heap::freeAddress);
            assertEquals(regions * REGION, heap.statistics().retainedBytes());
            assertEquals(regions * (REGION + SLICE), heap.statistics().committedBytes());
            assertEquals(regions == 0 ? 0 : regions * REGION - 24, heap.statistics().largestFreeBytes());
            assertEquals(regions * (REGION + SLICE), heap.trim());
        }
    }

    @Test
    void trim_deferred_countsWhatMergingGaveBack() {
        try (Heap heap = builder().coalescing(Coalescing.DEFERRED).retained(0).build()) {
            heap.freeAddress(heap.allocateAddress(100));
            assertEquals(REGION + SLICE, heap.trim());
            assertEquals(0, heap.statistics().committedBytes());
        }
    }

    @Test
    void retained_regionsEmptiedByARefusedRequest_areKeptUpToItToo() {
        HeapBuilder settings = builder().capacity(4 * REGION).coalescing(Coalescing.DEFERRED).pendingShare(1);
        try (Heap heap = settings.retained(REGION).build()) {
            List<Long> blocks = new ArrayList<>();
            for (int i = 0; i < 6000; i++) {
                blocks.add(heap.allocateAddress(600));
            }
            blocks.forEach(heap::freeAddress);
            assertEquals(6000, heap.statistics().pendingBlocks());
            // All that waits is merged for it, in vain.
            assertThrows(PoolExhaustedException.class, () -> heap.allocateAddress(4 * REGION));
            assertEquals(0, heap.statistics().pendingBlocks());
            assertEquals(REGION, heap.statistics().retainedBytes());
        }
    }

    @Test
    void hugePages_areAccepted() {
        try (Heap heap = builder().hugePages(true).build()) {
            MemorySegment segment = heap.allocate(2 * REGION);
            segment.fill((byte) 1);
            heap.free(segment);
            heap.validate();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void hardened_memoryIsZeroHoweverItWasUsed(boolean portable) {
        try (Heap heap = builder().hardened(true).portable(portable).build()) {
            for (int round = 0; round < 3; round++) {
                List<Long> blocks = new ArrayList<>();
                for (long byteSize : new long[] {0, 1, 24, 100, 5000, REGION, 2 * REGION + 5}) {
                    long block = heap.allocateAddress(byteSize);
                    assertEquals(-1, Memory.mismatchZero(block, byteSize));
                    Memory.fill(block, byteSize, (byte) 0xA5);
                    blocks.add(block);
                }
                blocks.forEach(heap::freeAddress);
                if (round == 1) {
                    heap.trim();
                }
            }
        }
    }

    @Test
    void resize_inPlaceWherePossible_elseMoves() {
        try (Heap heap = builder().build()) {
            long a = heap.allocateAddress(100);
            long b = heap.allocateAddress(100);
            Memory.fill(a, 100, (byte) 7);
            assertEquals(a, heap.resizeAddress(a, 104));
            assertFalse(heap.tryResizeAddress(a, 105));
            long moved = heap.resizeAddress(a, 200);
            assertNotEquals(a, moved);
            assertEquals(7, Memory.getByte(moved + 99));
            assertTrue(heap.tryResizeAddress(moved, 100_000));
            assertTrue(heap.tryResizeAddress(moved, 10));
            assertEquals(24, heap.usableSize(moved));
            heap.freeAddress(b);
            assertEquals(1, heap.statistics().liveBlocks());
            assertEquals(0, heap.resizeAddress(moved, 10, 4096) % 4096);
        }
    }
}
