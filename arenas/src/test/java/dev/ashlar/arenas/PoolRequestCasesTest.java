package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.PoolExhaustedException.Cause;
import dev.ashlar.arenas.CasePool.Setup;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.FaultyOs;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.arenas.CasePool.CAPACITY_BYTES;
import static dev.ashlar.arenas.CasePool.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 1 to 11 of docs/cases.md on the pool: requests that are odd, too large, or wrong. */
class PoolRequestCasesTest {
    private static final long PAGE_BYTES = 4096;

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case01_sizeZero_isAUniqueFreeableSegment(Setup setup) throws InterruptedException {
        try (CasePool cases = CasePool.open(setup); Budget budget = cases.pool.openBudget("zero", 1 << 20)) {
            MemoryPool pool = cases.pool;
            Set<Long> addresses = new HashSet<>();
            List<MemorySegment> blocks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                MemorySegment block = switch (i % 4) {
                    case 0 -> pool.allocate(0, 1);
                    case 1 -> budget.allocate(0, 1);
                    case 2 -> pool.allocate(0, 64, Duration.ZERO);
                    default -> tried(pool, 0);
                };
                assertEquals(0, block.byteSize());
                assertTrue(addresses.add(block.address()), "an address of its own");
                blocks.add(block);
            }
            cases.verify();
            long moved = pool.resizeAddress(pool.allocateAddress(0), 0);
            pool.freeAddress(moved);
            blocks.forEach(pool::free);
        }
    }

    private static MemorySegment tried(MemoryPool pool, long byteSize) {
        MemorySegment block = pool.tryAllocate(byteSize, 1);
        if (block == null) {
            throw new AssertionError("tryAllocate: no room");
        }
        return block;
    }

    /** Every way to ask for memory, by a size and an alignment. */
    private static List<Executable> requests(CasePool cases, Budget budget, long block, long size, long alignment) {
        MemoryPool pool = cases.pool;
        List<Executable> all = new ArrayList<>(List.of(
                () -> pool.allocateAddress(size, alignment),
                () -> pool.allocate(size, alignment),
                () -> pool.tryAllocateAddress(size, alignment),
                () -> pool.tryAllocate(size, alignment),
                () -> pool.allocateAddress(size, alignment, Duration.ZERO),
                () -> pool.allocate(size, alignment, Duration.ofDays(1_000_000)),
                () -> budget.allocateAddress(size, alignment),
                () -> budget.allocate(size, alignment)));
        if (alignment == 1) {
            all.addAll(List.of(
                    () -> pool.allocateAddress(size),
                    () -> budget.allocateAddress(size),
                    () -> pool.resizeAddress(block, size)));
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case02_negativeSize_isIllegal(Setup setup) {
        try (CasePool cases = CasePool.open(setup);
                Budget budget = cases.pool.openBudget("negative", 1 << 20);
                ConfinedPool view = cases.pool.confined()) {
            long block = cases.pool.allocateAddress(100);
            for (long size : new long[] {-1, -8, -16, Integer.MIN_VALUE, Long.MIN_VALUE}) {
                requests(cases, budget, block, size, 1).forEach(cases::assertIllegal);
                cases.assertIllegal(() -> view.allocateAddress(size));
                cases.assertIllegal(() -> view.allocate(size, 64));
            }
            cases.pool.freeAddress(block);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case03_hugeSize_isExhaustedAndNothingGrows(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            MemoryPool pool = cases.pool;
            long block = pool.allocateAddress(100);
            int commits = cases.os.calls(Call.COMMIT);
            long[] sizes = {Long.MAX_VALUE, Long.MAX_VALUE - 15, Long.MAX_VALUE - 8, Long.MAX_VALUE / 2, 1L << 46,
                CAPACITY_BYTES + 1, CAPACITY_BYTES, CAPACITY_BYTES - 15};
            for (long size : sizes) {
                cases.assertExhausted(size, Cause.CAPACITY, () -> pool.allocateAddress(size));
                cases.assertExhausted(size, Cause.CAPACITY, () -> pool.allocate(size, 4096));
                cases.assertExhausted(size, Cause.CAPACITY, () -> pool.allocateAddress(size, 16, Duration.ZERO));
                cases.assertExhausted(size, Cause.CAPACITY, () -> view.allocateAddress(size));
                cases.assertExhausted(size, Cause.CAPACITY, () -> pool.resizeAddress(block, size));
                assertEquals(0, pool.tryAllocateAddress(size, 16));
            }
            assertEquals(commits, cases.os.calls(Call.COMMIT), "commits");
            pool.freeAddress(block);
        }
    }

    /** Nothing that could be freed would help, so nobody waits for it. */
    @Test
    void case03_hugeSizeWithATimeout_isExhaustedAtOnce() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            for (long size : new long[] {Long.MAX_VALUE, CAPACITY_BYTES + 1}) {
                cases.assertExhausted(size, Cause.CAPACITY, () -> cases.pool.allocate(size, 16, Duration.ofDays(1)));
            }
            assertEquals(0, cases.pool.statistics().waits());
        }
    }

    /** The product is the JDK's to compute: {@code SegmentAllocator.allocate(layout, count)} and its like. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case04_countTimesSizeOverflows_isIllegal(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            HeapStatistics before = cases.memory();
            for (long count : new long[] {Long.MAX_VALUE, Long.MAX_VALUE / 8 + 1, 1L << 61, -1, Long.MIN_VALUE}) {
                assertThrows(
                        IllegalArgumentException.class, () -> cases.pool.allocate(ValueLayout.JAVA_LONG, count));
            }
            assertEquals(before, cases.memory());
            long fitting = Long.MAX_VALUE / 8;
            cases.assertExhausted(
                    fitting * 8, Cause.CAPACITY, () -> cases.pool.allocate(ValueLayout.JAVA_LONG, fitting));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case05_largerThanARegion_isAdjacentRegionsOrExhausted(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            long[] sizes = {REGION_BYTES - 24, REGION_BYTES - 23, REGION_BYTES, REGION_BYTES + 8, 2 * REGION_BYTES - 24,
                2 * REGION_BYTES - 8, 2 * REGION_BYTES, 5 * REGION_BYTES + 12345};
            for (long size : sizes) {
                MemorySegment span = cases.pool.allocate(size, 1);
                cases.verify();
                span.fill((byte) 0x5A);
                assertEquals((byte) 0x5A, span.get(ValueLayout.JAVA_BYTE, size - 1));
                cases.verify();
                cases.pool.free(span);
                cases.verify();
            }
        }
    }

    /** Every second region in use: enough in sum, and no two of them adjacent. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case05_noAdjacentRegions_isExhaustedByFragmentation(Setup setup) {
        try (CasePool cases = CasePool.empty(setup, builder -> builder)) {
            MemoryPool pool = cases.pool;
            List<Long> regions = new ArrayList<>();
            long whole = REGION_BYTES - 24 - (setup.hardened ? 8 : 0);
            for (int i = 0; i < CasePool.REGIONS; i++) {
                regions.add(pool.allocateAddress(whole));
            }
            assertEquals(0, pool.tryAllocateAddress(1, 1), "all regions are full");
            regions.sort(null);
            for (int i = 0; i < regions.size(); i += 2) {
                pool.freeAddress(regions.get(i));
            }
            cases.assertExhausted(
                    2 * REGION_BYTES, Cause.FRAGMENTATION, () -> pool.allocateAddress(2 * REGION_BYTES));
            pool.freeAddress(regions.get(1));
            pool.freeAddress(pool.allocateAddress(2 * REGION_BYTES));
            for (int i = 3; i < regions.size(); i += 2) {
                pool.freeAddress(regions.get(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case06_alignmentNoPowerOfTwo_isIllegal(Setup setup) {
        try (CasePool cases = CasePool.open(setup);
                Budget budget = cases.pool.openBudget("alignment", 1 << 20);
                ConfinedPool view = cases.pool.confined()) {
            for (long alignment : new long[] {0, -8, 3, 48, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
                requests(cases, budget, 0, 100, alignment).forEach(cases::assertIllegal);
                requests(cases, budget, 0, 10_000, alignment).forEach(cases::assertIllegal);
                cases.assertIllegal(() -> view.allocate(100, alignment));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case07_hugeAlignment_isExhaustedAndReturns(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long alignment : new long[] {1L << 62, 1L << 61, 1L << 52, 1L << 48}) {
                for (long size : new long[] {0, 1, 100, 5000, 3 * REGION_BYTES}) {
                    cases.assertExhaustedAnyhow(size, () -> cases.pool.allocateAddress(size, alignment));
                    cases.assertExhaustedAnyhow(
                            size, () -> cases.pool.allocateAddress(size, alignment, Duration.ofMillis(1)));
                    assertEquals(0, cases.pool.tryAllocateAddress(size, alignment));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case08_alignmentAboveAPage_isAlignedAndFreeable(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            List<MemorySegment> blocks = new ArrayList<>();
            for (long alignment = 32; alignment <= 2 * REGION_BYTES; alignment *= 2) {
                for (long size : new long[] {0, 100, 5000, PAGE_BYTES, REGION_BYTES}) {
                    MemorySegment block = cases.pool.allocate(size, alignment);
                    assertEquals(0, block.address() & (alignment - 1));
                    block.fill((byte) 1);
                    if (blocks.size() > 3) {
                        cases.pool.free(blocks.removeFirst());
                    }
                    blocks.add(block);
                }
                cases.verify();
            }
            blocks.forEach(cases.pool::free);
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case09_resizeThatCannotBeServed_leavesTheBlock(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Budget budget = cases.pool.openBudget("resize", CAPACITY_BYTES)) {
            for (long size : new long[] {0, 100, 5000, 2 * REGION_BYTES}) {
                for (boolean ofBudget : new boolean[] {false, true}) {
                    byte[] contents = new byte[(int) size];
                    Arrays.fill(contents, (byte) 0x6B);
                    MemorySegment block = ofBudget ? budget.allocate(size, 16) : cases.pool.allocate(size, 16);
                    block.copyFrom(MemorySegment.ofArray(contents));
                    long usable = cases.pool.usableSize(block.address());
                    for (long wanted : new long[] {CAPACITY_BYTES - 16, CAPACITY_BYTES, Long.MAX_VALUE}) {
                        PoolExhaustedException e =
                                assertThrows(PoolExhaustedException.class, () -> cases.pool.resize(block, wanted));
                        assertEquals(wanted, e.requestedBytes());
                        assertThrows(PoolExhaustedException.class,
                                () -> cases.pool.resizeAddress(block.address(), wanted));
                    }
                    assertEquals(usable, cases.pool.usableSize(block.address()));
                    assertEquals(-1, block.mismatch(MemorySegment.ofArray(contents)));
                    cases.verify();
                    cases.pool.free(block);
                }
            }
            assertEquals(0, budget.statistics().liveBytes());
        }
    }

    @Test
    void case10_null_namesTheParameter() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED);
                Budget budget = cases.pool.openBudget("null", 1);
                ConfinedPool view = cases.pool.confined()) {
            MemoryPool pool = cases.pool;
            assertNullRefused("segment", () -> pool.free(nothing()));
            assertNullRefused("segment", () -> pool.resize(nothing(), 8));
            assertNullRefused("segment", () -> view.free(nothing()));
            assertNullRefused("segment", () -> budget.free(nothing()));
            assertNullRefused("visitor", () -> pool.walk(nothing()));
            assertNullRefused("policy", () -> pool.policy(nothing()));
            assertNullRefused("timeout", () -> pool.allocate(8, 8, nothing()));
            assertNullRefused("timeout", () -> pool.allocateAddress(8, 8, nothing()));
            assertNullRefused("callback", () -> pool.onPressure(0, nothing()));
            assertNullRefused("contents", () -> pool.openArena(nothing()));
            assertNullRefused("contents", () -> pool.openSharedArena(nothing()));
            assertNullRefused("name", () -> pool.openBudget(nothing(), 1));
            assertNullRefused("name", () -> budget.openBudget(nothing(), 1));
            assertNullRefused("name", () -> MemoryPool.builder().name(nothing()));
            assertNullRefused("policy", () -> MemoryPool.builder().policy(nothing()));
            assertNullRefused("coalescing", () -> MemoryPool.builder().coalescing(nothing()));
            assertNullRefused("period", () -> MemoryPool.builder().reclaimPeriod(nothing()));
        }
    }

    private static void assertNullRefused(String parameter, Executable use) {
        assertEquals(parameter, assertThrows(NullPointerException.class, use).getMessage());
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
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
        MemoryPoolBuilder builder =
                MemoryPool.builder().capacity(CAPACITY_BYTES).regionSize(REGION_BYTES).os(os);
        String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertEquals("regionSize: 1048576 (expected: at least 8388608, as pages have 65536 bytes here)", message);
        assertEquals(0, os.calls(Call.RESERVE));
    }

    @Test
    void case11_reservationRefused_isExhaustedByTheOperatingSystem() {
        FaultyOs os = new FaultyOs(OsMemory.system());
        os.failNth(Call.RESERVE, 1);
        MemoryPoolBuilder builder = MemoryPool.builder().name("refused").capacity(CAPACITY_BYTES).os(os);
        PoolExhaustedException e = assertThrows(PoolExhaustedException.class, builder::build);
        assertEquals(Cause.OPERATING_SYSTEM, e.kind());
        assertEquals(12, e.errno());
        assertEquals(CAPACITY_BYTES, e.requestedBytes());
        assertTrue(String.valueOf(e.getMessage()).startsWith("pool 'refused': OPERATING_SYSTEM: no addresses for"),
                e::getMessage);
        builder.build().close();
    }
}
