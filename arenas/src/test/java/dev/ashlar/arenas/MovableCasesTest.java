package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.MovableStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.CasePool.Setup;
import dev.ashlar.testing.FaultyOs.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Movable blocks: misuse, owners, close, exhaustion and faults, and cases 18, 39 and 52 of docs/cases.md. */
class MovableCasesTest {
    private static final long REGION = CasePool.REGION_BYTES;
    private static final long[] SIZES = {0, 1, 100, 8200, 9000, 3 << 20};

    private static InvalidFreeException refused(Reason reason, Executable use) {
        InvalidFreeException e = assertThrows(InvalidFreeException.class, use);
        assertEquals(reason, e.reason(), e::getMessage);
        assertTrue(String.valueOf(e.getMessage()).contains("(expected: "), e::getMessage);
        return e;
    }

    /** Fills a pool's regions with blocks of 1,000 bytes, and frees all but each n-th. */
    private static List<Long> fragmented(MovableBlocks movable, long regions, int keep) {
        List<Long> all = new ArrayList<>();
        List<Long> kept = new ArrayList<>();
        while (movable.statistics().regions() < regions) {
            all.add(movable.allocate(1000));
        }
        for (int i = 0; i < all.size(); i++) {
            long block = all.get(i);
            if (i % keep == 0) {
                Raw.at(movable.pinAddress(block), 1000).fill((byte) i);
                movable.unpin(block);
                kept.add(block);
            } else {
                movable.free(block);
            }
        }
        return kept;
    }

    private static void check(MovableBlocks movable, List<Long> kept, int keep) {
        for (int i = 0; i < kept.size(); i++) {
            long address = movable.pinAddress(kept.get(i));
            for (long at = 0; at < 1000; at++) {
                assertEquals((byte) (i * keep), Raw.getByte(address + at));
            }
            movable.unpin(kept.get(i));
        }
    }

    private static void freeAll(MovableBlocks movable, List<Long> blocks) {
        blocks.forEach(movable::free);
    }

    // Handles

    @ParameterizedTest
    @EnumSource(Setup.class)
    void handle_pinnedAndWritten_keepsSizeAndContents(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long size : SIZES) {
                MovableHandle handle = cases.pool.allocateMovable(size);
                assertEquals(size, handle.byteSize());
                try (Pin pin = handle.pin()) {
                    assertEquals(size, pin.segment().byteSize());
                    assertEquals(0, pin.address() & 15);
                    pin.segment().fill((byte) 7);
                    try (Pin second = cases.pool.movable().handle(handle.number()).pin()) {
                        assertEquals(pin.address(), second.address());
                        assertEquals(2, handle.pins());
                    }
                    assertEquals(1, handle.pins());
                    cases.verify();
                }
                assertEquals(0, handle.pins());
                assertEquals(handle, cases.pool.movable().handle(handle.number()));
                handle.free();
            }
        }
    }

    @Test
    void allocate_negativeSize_isIllegal() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            cases.assertIllegal(() -> cases.pool.allocateMovable(-1));
            cases.assertExhausted(Long.MAX_VALUE, PoolExhaustedException.Cause.CAPACITY,
                    () -> cases.pool.allocateMovable(Long.MAX_VALUE));
        }
    }

    @Test
    void free_twice_isRefusedAsDoubleFree() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableBlocks movable = cases.pool.movable();
            long block = movable.allocate(100);
            movable.free(block);
            refused(Reason.DOUBLE_FREE, () -> movable.free(block));
            refused(Reason.DOUBLE_FREE, () -> movable.pinAddress(block));
            refused(Reason.DOUBLE_FREE, () -> movable.unpin(block));
            refused(Reason.DOUBLE_FREE, () -> movable.byteSize(block));
            refused(Reason.DOUBLE_FREE, () -> movable.pins(block));
            refused(Reason.DOUBLE_FREE, () -> movable.handle(block));
        }
    }

    /** The entry is used again at once, for a block in the same place. */
    @Test
    void use_ofAHandleWhoseEntryIsUsedAgain_isRefusedAsStale() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableBlocks movable = cases.pool.movable();
            long old = movable.allocate(100);
            long address = movable.pinAddress(old);
            movable.unpin(old);
            movable.free(old);
            long next = movable.allocate(100);
            assertNotEquals(old, next);
            assertEquals(address, movable.pinAddress(next));
            refused(Reason.STALE, () -> movable.free(old));
            refused(Reason.STALE, () -> movable.pinAddress(old));
            refused(Reason.STALE, () -> movable.unpin(old));
            assertEquals(1, movable.pins(next));
            movable.unpin(next);
            movable.free(next);
        }
    }

    @Test
    void use_ofWhatIsNoHandleOfThisPool_isRefused() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED);
                MemoryPool other = MemoryPool.builder().capacity(16 << 20).secret(77).build()) {
            MovableBlocks movable = cases.pool.movable();
            long mine = movable.allocate(100);
            long foreign = other.movable().allocate(100);
            for (long number : new long[] {0, -1, 1L << 62, Long.MIN_VALUE, mine ^ 1L << 50, mine | 1L << 40,
                foreign}) {
                refused(Reason.NOT_FROM_POOL, () -> movable.pinAddress(number));
                refused(Reason.NOT_FROM_POOL, () -> movable.free(number));
            }
            movable.free(mine);
            other.movable().free(foreign);
        }
    }

    @Test
    void free_whilePinned_isRefused() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableHandle handle = cases.pool.allocateMovable(100);
            Pin pin = handle.pin();
            IllegalStateException e = assertThrows(IllegalStateException.class, handle::free);
            assertTrue(String.valueOf(e.getMessage()).contains("with 1 pins (expected: none)"), e::getMessage);
            pin.segment().fill((byte) 1);
            pin.close();
            handle.free();
        }
    }

    @Test
    void unpin_withoutAPin_isRefused() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableBlocks movable = cases.pool.movable();
            long block = movable.allocate(100);
            assertThrows(IllegalStateException.class, () -> movable.unpin(block));
            Pin pin = movable.handle(block).pin();
            pin.close();
            pin.close();
            assertEquals(0, movable.pins(block));
            assertEquals(0, movable.statistics().openPins());
            assertEquals(1, movable.statistics().pins());
            movable.free(block);
        }
    }

    @Test
    void handles_manyAndFreed_leaveASmallTable() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> all = new ArrayList<>();
            for (int i = 0; i < 50_000; i++) {
                all.add(movable.allocate(16));
            }
            long large = movable.statistics().tableBytes();
            freeAll(movable, all);
            assertTrue(movable.statistics().tableBytes() <= large / 10, () -> movable.statistics().toString());
            for (long old : all) {
                assertThrows(InvalidFreeException.class, () -> movable.free(old));
            }
            long again = movable.allocate(16);
            cases.pool.validateQuiet();
            movable.free(again);
        }
    }

    // Confined pins

    @Test
    void confinedPin_usedAfterClose_throws() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableHandle handle = cases.pool.allocateMovable(100);
            Pin pin = handle.pinConfined();
            MemorySegment segment = pin.segment();
            segment.fill((byte) 3);
            Tasks.inThread(() -> {
                assertThrows(WrongThreadException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
                assertThrows(WrongThreadException.class, pin::close);
            });
            refused(Reason.NOT_FROM_POOL, () -> cases.pool.free(segment));
            assertEquals(1, handle.pins());
            pin.close();
            pin.close();
            assertEquals(0, handle.pins());
            assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
            handle.free();
            refused(Reason.DOUBLE_FREE, handle::pinConfined);
            assertEquals(0, cases.pool.movable().statistics().openPins());
        }
    }

    @Test
    void confinedPin_inAPortablePool_isUnsupported() {
        try (CasePool cases = CasePool.open(Setup.PORTABLE)) {
            MovableHandle handle = cases.pool.allocateMovable(100);
            assertThrows(UnsupportedOperationException.class, handle::pinConfined);
            assertEquals(0, handle.pins());
            handle.free();
        }
    }

    // Owners

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case18_pinnedSegmentGivenToThePool_isRefusedNamingTheOwner(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            Budget budget = cases.pool.openBudget("other", 1 << 20);
            for (long size : SIZES) {
                MovableHandle handle = cases.pool.allocateMovable(size);
                Pin pin = handle.pin();
                List<Executable> uses = List.of(
                        () -> cases.pool.free(pin.segment()),
                        () -> cases.pool.resize(pin.segment(), 8),
                        () -> cases.pool.freeAddress(pin.address()),
                        () -> cases.pool.resizeAddress(pin.address(), 8),
                        () -> cases.pool.usableSize(pin.address()),
                        () -> view.freeAddress(pin.address()),
                        () -> budget.freeAddress(pin.address()));
                for (Executable use : uses) {
                    String message = cases.assertRefused(Reason.NOT_FROM_POOL, use).getMessage();
                    assertTrue(String.valueOf(message).contains("belongs to the handle of a movable block"), message);
                }
                cases.verify();
                pin.close();
                handle.free();
                assertThrows(InvalidFreeException.class, () -> cases.pool.freeAddress(pin.address()));
            }
            budget.close();
        }
    }

    // Close

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case39_closeWithAPinnedHandle_endsThePin(Setup setup) {
        CasePool cases = CasePool.empty(setup, builder -> builder);
        MovableHandle handle = cases.pool.allocateMovable(100);
        Pin pin = handle.pin();
        long number = handle.number();
        cases.pool.close();
        assertThrows(IllegalStateException.class, () -> pin.segment().get(ValueLayout.JAVA_BYTE, 0));
        pin.close();
        MovableBlocks movable = cases.pool.movable();
        List<Executable> uses = List.of(
                handle::pin, handle::pinConfined, handle::free, handle::pins, () -> cases.pool.allocateMovable(1),
                () -> movable.pinAddress(number), () -> movable.unpin(number), movable::compact, movable::statistics);
        for (Executable use : uses) {
            assertThrows(IllegalStateException.class, use);
        }
    }

    @Test
    void case39_closeWithAConfinedPin_leavesItsMemoryUntilItIsClosed() {
        CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder);
        Pin pin = cases.pool.allocateMovable(100).pinConfined();
        pin.segment().fill((byte) 5);
        cases.pool.close();
        assertEquals(5, pin.segment().get(ValueLayout.JAVA_BYTE, 99));
        pin.close();
        assertThrows(IllegalStateException.class, () -> pin.segment().get(ValueLayout.JAVA_BYTE, 0));
    }

    // Compaction

    @ParameterizedTest
    @EnumSource(Setup.class)
    void compact_ofSparseRegions_emptiesAllThatItCanAndKeepsContents(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = fragmented(movable, 10, 10);
            int regions = movable.statistics().regions();
            CompactionReport report = movable.compact();
            assertTrue(report.complete(), report::toString);
            assertTrue(report.releasedRegions() >= 7, report::toString);
            assertEquals(report.releasedRegions() * REGION, report.releasedBytes());
            assertTrue(report.movedBlocks() >= kept.size() * 8L / 10, report::toString);
            assertEquals(0, report.keptRegions() + report.cramped() + report.pinnedBlocks(), report::toString);
            assertTrue(report.fragmentationAfter() <= report.fragmentationBefore(), report::toString);
            assertEquals(regions - report.releasedRegions(), movable.statistics().regions());
            assertEquals(report.movedBytes(), movable.statistics().movedBytes());
            check(movable, kept, 10);
            CompactionReport second = movable.compact();
            assertEquals(0, second.movedBlocks(), second::toString);
            assertEquals(0, second.purgedBytes(), second::toString);
            freeAll(movable, kept);
        }
    }

    @Test
    void compact_withAPinInEachRegion_movesNothingAndSaysWhy() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = fragmented(movable, 5, 10);
            List<Pin> pins = new ArrayList<>();
            long[] regions = kept.stream().mapToLong(block -> {
                try (Pin pin = movable.handle(block).pin()) {
                    return pin.address() & -REGION;
                }
            }).toArray();
            for (int i = 0; i < regions.length; i++) {
                if (i == 0 || regions[i] != regions[i - 1]) {
                    pins.add(movable.handle(kept.get(i)).pin());
                }
            }
            CompactionReport report = movable.compact();
            assertEquals(0, report.movedBlocks(), report::toString);
            assertEquals(movable.statistics().regions(), report.keptRegions(), report::toString);
            assertEquals(pins.size(), report.pinnedBlocks(), report::toString);
            pins.forEach(Pin::close);
            assertTrue(movable.compact().releasedRegions() >= 2);
            check(movable, kept, 10);
            freeAll(movable, kept);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 50_000, 200_000})
    void compact_withLimits_staysInThem(long maxBytes) {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = fragmented(movable, 6, 10);
            CompactionReport byBytes = movable.compact(CompactionLimits.NONE.withMaxBytes(maxBytes));
            assertTrue(byBytes.movedBytes() <= maxBytes, byBytes::toString);
            assertFalse(byBytes.complete(), byBytes::toString);
            CompactionReport byMoves = movable.compact(CompactionLimits.NONE.withMaxMoves(120));
            assertTrue(byMoves.movedBlocks() <= 120, byMoves::toString);
            cases.verify();
            CompactionReport inSmallest = movable.compact(CompactionLimits.NONE.withSlice(Duration.ofNanos(1)));
            assertTrue(inSmallest.complete(), inSmallest::toString);
            // A slice that is over at once: each block is picked in one of its own, and settled in another.
            assertTrue(inSmallest.locks().count() > 2 * inSmallest.movedBlocks(), inSmallest::toString);
            check(movable, kept, 10);
            freeAll(movable, kept);
        }
    }

    @Test
    void limits_thatAreNone_areIllegal() {
        assertThrows(IllegalArgumentException.class, () -> CompactionLimits.NONE.withMaxBytes(-1));
        assertThrows(IllegalArgumentException.class, () -> CompactionLimits.NONE.withMaxMoves(-1));
        assertThrows(IllegalArgumentException.class, () -> CompactionLimits.NONE.withSlice(Duration.ZERO));
    }

    @Test
    void compact_withoutAMovableBlock_doesNothing() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            assertEquals(MovableStatistics.NONE, cases.pool.movable().statistics());
            CompactionReport report = cases.pool.movable().compact();
            assertTrue(report.complete());
            assertEquals(0, report.movedBlocks() + report.releasedRegions() + report.purgedBytes());
        }
    }

    /** 0.9 of a region is free in each, and nowhere a whole one. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void allocate_inAFragmentedPool_compactsInsteadOfFailing(Setup setup) {
        try (CasePool cases = CasePool.empty(setup, builder -> builder)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = fragmented(movable, CasePool.REGIONS, 10);
            long large = movable.allocate(900_000);
            long ordinary = cases.pool.allocateAddress(3 << 20);
            assertTrue(movable.statistics().compactions() >= 1);
            check(movable, kept, 10);
            cases.pool.freeAddress(ordinary);
            movable.free(large);
            freeAll(movable, kept);
        }
    }

    @Test
    void ordinaryAllocation_inAPoolFullOfSparseMovables_compactsInsteadOfFailing() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = fragmented(movable, CasePool.REGIONS, 10);
            long ordinary = cases.pool.allocateAddress(10 * REGION);
            assertEquals(1, movable.statistics().compactions());
            check(movable, kept, 10);
            cases.pool.freeAddress(ordinary);
            freeAll(movable, kept);
        }
    }

    /** A request that fails again and again makes a pass only if something has changed since the last. */
    @Test
    void allocate_thatFailsAgain_doesNotCompactAgain() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = new ArrayList<>();
            while (movable.statistics().regions() < CasePool.REGIONS) {
                kept.add(movable.allocate(200_000));
            }
            for (int i = 0; i < 5; i++) {
                assertThrows(PoolExhaustedException.class, () -> movable.allocate(900_000));
            }
            assertEquals(1, movable.statistics().compactions());
            assertEquals(5, cases.pool.statistics().failures());
            // Now the last region's only block has a place in the first.
            movable.free(kept.removeFirst());
            kept.add(movable.allocate(900_000));
            assertEquals(2, movable.statistics().compactions());
            freeAll(movable, kept);
        }
    }

    @Test
    void pressureCallback_thatFreesMovables_makesRoom() {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = new ArrayList<>();
            while (movable.statistics().regions() < CasePool.REGIONS) {
                kept.add(movable.allocate(900_000));
            }
            cases.pool.onPressure(1, _ -> movable.free(kept.removeLast()));
            kept.add(movable.allocate(950_000));
            assertEquals(1, cases.pool.statistics().pressureCalls());
            freeAll(movable, kept);
        }
    }

    // Damage and faults

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"DEFERRED", "HARDENED"})
    void write_pastTheEnd_isFoundAtFreeAndWithheld(Setup setup) {
        CasePool cases = CasePool.open(setup);
        MovableBlocks movable = cases.pool.movable();
        long block = movable.allocate(112);
        long address = movable.pinAddress(block);
        Raw.putLong(address + 112, 0x1111);
        movable.unpin(block);
        HeapCorruptionException e = assertThrows(HeapCorruptionException.class, () -> movable.free(block));
        assertTrue(String.valueOf(e.getMessage()).contains("written past its end of 112 bytes"), e::getMessage);
        assertEquals(1, cases.fenced());
        assertThrows(HeapCorruptionException.class, () -> movable.allocate(100));
        cases.assertOthersServe();
        cases.pool.recover();
        assertEquals(1, cases.memory().withheldBlocks());
        assertThrows(InvalidFreeException.class, () -> movable.free(block));
        movable.free(movable.allocate(100));
        cases.close();
    }

    /** One byte behind what was asked for, in the bytes that rounding added. */
    @Test
    void write_oneByteIntoTheSlackOfAHardenedBlock_isFoundAtFree() {
        CasePool cases = CasePool.open(Setup.HARDENED);
        MovableBlocks movable = cases.pool.movable();
        List<Long> kept = fragmented(movable, 3, 10);
        for (long block : kept) {
            Raw.putByte(movable.pinAddress(block) + 1000, (byte) 1);
            movable.unpin(block);
        }
        assertEquals(0, movable.compact().movedBlocks(), "what is damaged stays where its free finds it");
        assertThrows(HeapCorruptionException.class, () -> movable.free(kept.getFirst()));
        cases.pool.close();
    }

    @Test
    void write_overABackReference_isFoundByAPassAndByValidate() {
        CasePool cases = CasePool.open(Setup.DEFERRED);
        MovableBlocks movable = cases.pool.movable();
        List<Long> kept = fragmented(movable, 3, 10);
        long address = movable.pinAddress(kept.getFirst());
        movable.unpin(kept.getFirst());
        long reference = Raw.getLong(address + 1008);
        Raw.putLong(address + 1008, 42);
        assertThrows(HeapCorruptionException.class, cases.pool::validate);
        assertEquals(1, cases.fenced());
        Raw.putLong(address + 1008, reference);
        cases.pool.recover();
        cases.verify();
        for (long block : kept) {
            Raw.putLong(movable.pinAddress(block) + 1008, 42);
            movable.unpin(block);
        }
        assertThrows(HeapCorruptionException.class, movable::compact);
        cases.pool.close();
    }

    @Test
    void write_intoFreeMemoryOfAHardenedPool_isFoundAtReuse() {
        CasePool cases = CasePool.open(Setup.HARDENED);
        MovableBlocks movable = cases.pool.movable();
        long block = movable.allocate(5000);
        long address = movable.pinAddress(block);
        movable.unpin(block);
        movable.free(block);
        Raw.putByte(address + 3000, (byte) 1);
        assertThrows(HeapCorruptionException.class, () -> movable.allocate(5000));
        cases.pool.recover();
        assertEquals(1, cases.memory().withheldBlocks());
        cases.close();
    }

    @Test
    void case52_purgeFailsInAPass_isReportedAndMemoryStaysUsable() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            MovableBlocks movable = cases.pool.movable();
            List<Long> kept = fragmented(movable, 6, 10);
            int calls = cases.os.calls(Call.PURGE);
            for (int n = 1; n <= 3; n++) {
                cases.os.failNth(Call.PURGE, calls + n);
            }
            CompactionReport report = movable.compact();
            assertTrue(report.releasedRegions() > 0, report::toString);
            assertEquals(3, report.failedPurges(), report::toString);
            check(movable, kept, 10);
            long more = movable.allocate(900_000);
            movable.free(more);
            freeAll(movable, kept);
        }
    }
}
