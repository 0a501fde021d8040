package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.heap.CaseHeap.Setup;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.ashlar.heap.CaseHeap.CAPACITY_BYTES;
import static dev.ashlar.heap.CaseHeap.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 1 to 11 of docs/cases.md: requests that are odd, too large, or wrong. */
class RequestCasesTest {
    private static final long PAGE_BYTES = 4096;

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case01_sizeZero_isAUniqueFreeableSegment(Setup setup) {
        for (boolean hardened : List.of(false, true)) {
            try (CaseHeap cases = hardened ? CaseHeap.hardened(setup) : CaseHeap.open(setup)) {
                Set<Long> addresses = new HashSet<>();
                List<MemorySegment> blocks = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    MemorySegment block = cases.heap.allocate(0, 1);
                    assertEquals(0, block.byteSize());
                    assertTrue(addresses.add(block.address()), "an address of its own");
                    blocks.add(block);
                }
                cases.verify();
                long moved = cases.heap.resizeAddress(cases.heap.allocateAddress(0), 0);
                cases.heap.freeAddress(moved);
                blocks.forEach(cases.heap::free);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case02_negativeSize_isIllegal(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Heap heap = cases.heap;
            MemorySegment block = heap.allocate(100, 16);
            for (long size : new long[] {-1, -8, -16, Integer.MIN_VALUE, Long.MIN_VALUE}) {
                cases.assertIllegal(() -> heap.allocateAddress(size));
                cases.assertIllegal(() -> heap.allocateAddress(size, 64));
                cases.assertIllegal(() -> heap.allocate(size, 16));
                cases.assertIllegal(() -> heap.resizeAddress(block.address(), size));
                cases.assertIllegal(() -> heap.resize(block, size));
                cases.assertIllegal(() -> heap.tryResizeAddress(block.address(), size));
                cases.assertIllegal(() -> heap.isAllocated(block.address(), size));
            }
            heap.free(block);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case03_hugeSize_isExhaustedAndNothingGrows(Setup setup) {
        for (boolean hardened : List.of(false, true)) {
            try (CaseHeap cases = hardened ? CaseHeap.hardened(setup) : CaseHeap.open(setup)) {
                Heap heap = cases.heap;
                long block = heap.allocateAddress(100);
                int commits = cases.os.calls(Call.COMMIT);
                long[] sizes = {Long.MAX_VALUE, Long.MAX_VALUE - 15, Long.MAX_VALUE - 8, Long.MAX_VALUE / 2, 1L << 46,
                    CAPACITY_BYTES + 1, CAPACITY_BYTES, CAPACITY_BYTES - 15};
                for (long size : sizes) {
                    cases.assertExhausted(size, Cause.CAPACITY, () -> heap.allocateAddress(size));
                    cases.assertExhausted(size, Cause.CAPACITY, () -> heap.allocate(size, 4096));
                    cases.assertExhausted(size, Cause.CAPACITY, () -> heap.resizeAddress(block, size));
                    assertTrue(!heap.tryResizeAddress(block, size));
                }
                assertEquals(commits, cases.os.calls(Call.COMMIT), "commits");
                heap.freeAddress(block);
            }
        }
    }

    /** The product is the JDK's to compute: {@code SegmentAllocator.allocate(layout, count)} and its like. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case04_countTimesSizeOverflows_isIllegal(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Heap heap = cases.heap;
            HeapStatistics before = heap.statistics();
            for (long count : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 8 + 1, 1L << 61, -1, Long.MIN_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> heap.allocate(ValueLayout.JAVA_LONG, count));
            }
            assertEquals(before, heap.statistics());
            long fitting = Long.MAX_VALUE / 8;
            cases.assertExhausted(fitting * 8, Cause.CAPACITY, () -> heap.allocate(ValueLayout.JAVA_LONG, fitting));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case05_largerThanARegion_isAdjacentRegionsOrExhausted(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Heap heap = cases.heap;
            long[] sizes = {REGION_BYTES - 24, REGION_BYTES - 23, REGION_BYTES, REGION_BYTES + 8, 2 * REGION_BYTES - 24,
                2 * REGION_BYTES - 8, 2 * REGION_BYTES, 5 * REGION_BYTES + 12345};
            for (long size : sizes) {
                MemorySegment span = heap.allocate(size, 1);
                cases.verify();
                span.fill((byte) 0x5A);
                assertEquals((byte) 0x5A, span.get(ValueLayout.JAVA_BYTE, size - 1));
                cases.verify();
                heap.free(span);
                cases.verify();
            }
            exhaustRuns(cases);
        }
    }

    /** Every second region in use: enough in sum, and no two of them adjacent. */
    private static void exhaustRuns(CaseHeap cases) {
        Heap heap = cases.heap;
        List<Long> regions = new ArrayList<>();
        long room = heap.statistics().capacityBytes() / REGION_BYTES;
        for (long i = 0; i < room && regions.size() < 20; i++) {
            regions.add(heap.allocateAddress(REGION_BYTES - 24));
        }
        long rest = heap.allocateAddress(largestThatFits(cases));
        for (int i = 0; i < regions.size(); i += 2) {
            heap.freeAddress(regions.get(i));
        }
        cases.assertExhausted(2 * REGION_BYTES, Cause.FRAGMENTATION, () -> heap.allocateAddress(2 * REGION_BYTES));
        heap.freeAddress(rest);
        for (int i = 1; i < regions.size(); i += 2) {
            heap.freeAddress(regions.get(i));
        }
        heap.freeAddress(heap.allocateAddress(2 * REGION_BYTES));
    }

    private static long largestThatFits(CaseHeap cases) {
        for (long regions = CaseHeap.REGIONS; regions > 0; regions--) {
            try {
                long size = regions * REGION_BYTES - 24;
                long block = cases.heap.allocateAddress(size);
                cases.heap.freeAddress(block);
                return size;
            } catch (dev.ashlar.PoolExhaustedException e) {
                // One less.
            }
        }
        throw new AssertionError("no region available");
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case06_alignmentNoPowerOfTwo_isIllegal(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Heap heap = cases.heap;
            long block = heap.allocateAddress(100);
            for (long alignment : new long[] {0, -8, 3, 48, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                cases.assertIllegal(() -> heap.allocateAddress(100, alignment));
                cases.assertIllegal(() -> heap.allocate(100, alignment));
                cases.assertIllegal(() -> heap.resizeAddress(block, 200, alignment));
            }
            heap.freeAddress(block);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case07_hugeAlignment_isExhaustedAndReturns(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Heap heap = cases.heap;
            for (long alignment : new long[] {1L << 62, 1L << 61, 1L << 52, 1L << 48}) {
                for (long size : new long[] {0, 1, 100, 5000, 3 * REGION_BYTES}) {
                    HeapStatistics before = heap.statistics();
                    cases.assertExhaustedAnyhow(size, () -> heap.allocateAddress(size, alignment));
                    assertEquals(before.committedBytes(), heap.statistics().committedBytes());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case08_alignmentAboveAPage_isAlignedAndFreeable(Setup setup) {
        for (boolean hardened : List.of(false, true)) {
            try (CaseHeap cases = hardened ? CaseHeap.hardened(setup) : CaseHeap.open(setup)) {
                Heap heap = cases.heap;
                List<MemorySegment> blocks = new ArrayList<>();
                for (long alignment = 2 * PAGE_BYTES; alignment <= 2 * REGION_BYTES; alignment *= 2) {
                    for (long size : new long[] {0, 100, 5000, REGION_BYTES}) {
                        MemorySegment block = heap.allocate(size, alignment);
                        assertEquals(0, block.address() & (alignment - 1));
                        block.fill((byte) 1);
                        cases.verify();
                        if (blocks.size() > 3) {
                            heap.free(blocks.removeFirst());
                        }
                        blocks.add(block);
                    }
                }
                blocks.forEach(heap::free);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case09_resizeThatCannotBeServed_leavesTheBlock(Setup setup) {
        for (boolean hardened : List.of(false, true)) {
            try (CaseHeap cases = hardened ? CaseHeap.hardened(setup) : CaseHeap.open(setup)) {
                Heap heap = cases.heap;
                for (long size : new long[] {0, 100, 5000, 2 * REGION_BYTES}) {
                    byte[] contents = new byte[(int) size];
                    Arrays.fill(contents, (byte) 0x6B);
                    MemorySegment block = heap.allocate(size, 16);
                    block.copyFrom(MemorySegment.ofArray(contents));
                    long usable = heap.usableSize(block.address());
                    for (long wanted : new long[] {CAPACITY_BYTES - 16, CAPACITY_BYTES, Long.MAX_VALUE}) {
                        cases.assertExhausted(wanted, Cause.CAPACITY, () -> heap.resize(block, wanted));
                        cases.assertExhausted(wanted, Cause.CAPACITY,
                                () -> heap.resizeAddress(block.address(), wanted));
                    }
                    assertEquals(usable, heap.usableSize(block.address()));
                    assertEquals(-1, block.mismatch(MemorySegment.ofArray(contents)));
                    cases.verify();
                    heap.free(block);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case10_null_namesTheParameter(Setup setup) {
        try (CaseHeap cases = CaseHeap.open(setup)) {
            Heap heap = cases.heap;
            assertNullRefused("segment", () -> heap.free(nothing()));
            assertNullRefused("segment", () -> heap.resize(nothing(), 8));
            assertNullRefused("visitor", () -> heap.walk(nothing()));
            assertNullRefused("policy", () -> heap.policy(nothing()));
            assertNullRefused("name", () -> Heap.builder().name(nothing()));
            assertNullRefused("policy", () -> Heap.builder().policy(nothing()));
            assertNullRefused("coalescing", () -> Heap.builder().coalescing(nothing()));
        }
    }

    private static void assertNullRefused(String parameter, Executable use) {
        assertEquals(parameter, assertThrows(NullPointerException.class, use).getMessage());
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    @Test
    void case11_badSetting_isIllegalAndNothingIsReserved() {
        List<Executable> settings = List.of(
                () -> Heap.builder().capacity(0),
                () -> Heap.builder().capacity(-1),
                () -> Heap.builder().capacity((1L << 46) + 1),
                () -> Heap.builder().regionSize(0),
                () -> Heap.builder().regionSize(3L << 20),
                () -> Heap.builder().regionSize(1L << 19),
                () -> Heap.builder().regionSize(1L << 27),
                () -> Heap.builder().regionSize(Long.MIN_VALUE),
                () -> Heap.builder().retained(-1),
                () -> Heap.builder().pendingShare(-0.1),
                () -> Heap.builder().pendingShare(1.1),
                () -> Heap.builder().pendingShare(Double.NaN));
        for (Executable setting : settings) {
            String message = assertThrows(IllegalArgumentException.class, setting).getMessage();
            assertNotNull(message);
            assertTrue(message.matches("[a-zA-Z]+: \\S+ \\(expected: .+\\)"), message);
        }
    }

    @Test
    void case11_refusedSetting_leavesTheBuilderAsItWas() {
        HeapBuilder builder = Heap.builder().capacity(CAPACITY_BYTES).regionSize(REGION_BYTES);
        assertThrows(IllegalArgumentException.class, () -> builder.capacity(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.regionSize(3L << 20));
        try (Heap heap = builder.build()) {
            assertEquals(CAPACITY_BYTES, heap.capacity());
            assertEquals(REGION_BYTES, heap.regionSize());
        }
    }

    /** With pages of 64 KiB a region of 1 MiB would have less than a page of its table. */
    @Test
    void case11_regionTooSmallForPages_isIllegalAndNothingIsReserved() {
        OsMemory largePages = (OsMemory) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {OsMemory.class}, (proxy, method, args) -> {
                    assertEquals("pageSizeBytes", method.getName(), "the only call");
                    return 1 << 16;
                });
        FaultyOs os = new FaultyOs(largePages);
        HeapBuilder builder = Heap.builder().capacity(CAPACITY_BYTES).regionSize(REGION_BYTES).os(os);
        String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertEquals("regionSize: 1048576 (expected: at least 8388608, as pages have 65536 bytes here)", message);
        assertEquals(0, os.calls(Call.RESERVE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void case11_reservationRefused_isExhaustedByTheOperatingSystem(boolean portable) {
        FaultyOs os = new FaultyOs(portable ? OsMemory.portable() : OsMemory.system());
        os.failNth(Call.RESERVE, 1);
        HeapBuilder builder = Heap.builder().name("refused").capacity(CAPACITY_BYTES).os(os);
        var e = assertThrows(dev.ashlar.PoolExhaustedException.class, builder::build);
        assertSame(Cause.OPERATING_SYSTEM, e.kind());
        assertNotEquals(0, e.errno());
        assertEquals(0, e.statistics().committedBytes());
        builder.build().close();
    }
}
