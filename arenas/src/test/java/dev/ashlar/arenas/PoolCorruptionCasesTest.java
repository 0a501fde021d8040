package dev.ashlar.arenas;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.BlockState;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.arenas.CasePool.Setup;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Cases 21 to 25 of docs/cases.md on the pool: damaged headers and links. The arena concerned is fenced, the others serve on, and with the damage
 * undone it serves again.
 */
class PoolCorruptionCasesTest {
    private static final long[] CELLS = {100, 8192};
    private static final long BLOCK = 20_000;

    /** Overwrites a header, uses the block, and undoes it. */
    private static HeapCorruptionException damaged(CasePool cases, long block, long header, Executable use) {
        long sound = Raw.header(block);
        Raw.putHeader(block, header);
        HeapCorruptionException e = cases.assertCorrupt(use);
        Raw.putHeader(block, sound);
        cases.pool.recover();
        assertEquals(0, cases.fenced());
        return e;
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case21_eachBitOfACellsHeaderFlipped_isCorrupt(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            for (long size : CELLS) {
                long cell = cases.pool.allocateAddress(size);
                for (int bit = 0; bit < Long.SIZE; bit++) {
                    long flipped = Raw.header(cell) ^ 1L << bit;
                    Executable use = switch (bit & 3) {
                        case 0 -> () -> view.freeAddress(cell);
                        case 1 -> () -> cases.pool.resizeAddress(cell, 40);
                        default -> () -> cases.pool.freeAddress(cell);
                    };
                    assertEquals(cell, damaged(cases, cell, flipped, use).address());
                }
                cases.verify();
                cases.pool.freeAddress(cell);
            }
        }
    }

    /** A block between two live ones, so that each of its header's words is asked: word B names itself, word A what is before it. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case21_eachBitOfABlocksHeaderFlipped_isCorrupt(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Row row = new Row(cases)) {
            for (int bit = 0; bit < Long.SIZE; bit++) {
                damaged(cases, row.block, Raw.header(row.block) ^ 1L << bit,
                        () -> cases.pool.freeAddress(row.block));
            }
            cases.verify();
        }
    }

    /** Three blocks in a row in one arena. */
    private static final class Row implements AutoCloseable {
        private final CasePool cases;
        private final List<Long> others = new ArrayList<>();
        private final long before;
        private final long block;
        private final long behind;

        Row(CasePool cases) {
            this.cases = cases;
            cases.pool.policy(FitPolicy.NEXT_FIT);
            long step = (cases.pool.isHardened() ? BLOCK + 8 : BLOCK) + 8 + 15 & -16;
            long first = cases.pool.allocateAddress(BLOCK);
            long second = cases.pool.allocateAddress(BLOCK);
            long third = cases.pool.allocateAddress(BLOCK);
            while (second - first != step || third - second != step) {
                others.add(first);
                first = second;
                second = third;
                third = cases.pool.allocateAddress(BLOCK);
            }
            before = first;
            block = second;
            behind = third;
            cases.pool.policy(FitPolicy.SEGREGATED_FIT);
        }

        @Override
        public void close() {
            others.forEach(cases.pool::freeAddress);
            for (long each : new long[] {before, block, behind}) {
                try {
                    cases.pool.freeAddress(each);
                } catch (InvalidFreeException e) {
                    assertEquals(Reason.DOUBLE_FREE, e.reason(), "freed by the case");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case22_headerZeroed_isCorrupt(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Row row = new Row(cases)) {
            for (long size : CELLS) {
                long cell = cases.pool.allocateAddress(size);
                damaged(cases, cell, 0, () -> cases.pool.freeAddress(cell));
                cases.pool.freeAddress(cell);
            }
            damaged(cases, row.block, 0, () -> cases.pool.freeAddress(row.block));
            // The neighbour behind: found before the merge that would follow it.
            damaged(cases, row.behind, 0, () -> cases.pool.freeAddress(row.block));
            cases.verify();
        }
    }

    /** A header copied from another place, or from another class, is none here: its check bits are of its address. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case23_headerOfAnotherSize_isCorrupt(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Row row = new Row(cases)) {
            long small = cases.pool.allocateAddress(40);
            long large = cases.pool.allocateAddress(1000);
            damaged(cases, small, Raw.header(large), () -> cases.pool.freeAddress(small));
            damaged(cases, large, Raw.header(small), () -> cases.pool.freeAddress(large));
            damaged(cases, large, Raw.header(row.block), () -> cases.pool.freeAddress(large));
            damaged(cases, row.block, Raw.header(small), () -> cases.pool.freeAddress(row.block));
            cases.pool.freeAddress(small);
            cases.pool.freeAddress(large);
        }
    }

    /** Word A of the block says that the one before is free, or is not of the size that it has. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case24_previousSizeDisagrees_isCorruptBeforeAMerge(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Row row = new Row(cases)) {
            long low = 0xFFFF_FFFFL;
            long whenLive = Raw.header(row.block) & low;
            cases.pool.freeAddress(row.before);
            long whenFree = Raw.header(row.block) & low;
            assertNotEquals(whenLive, whenFree);
            long ofAnother = Raw.header(row.behind) & low;
            long word = Raw.header(row.block) & ~low;
            damaged(cases, row.block, word | ofAnother, () -> cases.pool.freeAddress(row.block));
            damaged(cases, row.block, word | whenFree + 1, () -> cases.pool.freeAddress(row.block));
            cases.verify();
        }
    }

    /** The next link of a free block: to itself, to the other arena's memory, to nowhere, to a live block. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case25_freeLink_isCorruptBeforeItIsFollowed(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Row row = new Row(cases)) {
            cases.pool.freeAddress(row.block);
            long block = freeBlockAt(cases, row.block);
            long sound = Raw.getLong(block);
            for (long wrong : new long[] {block, 0x1234, 0x7fff_0000_0000L, row.before, block + 16, -16,
                freeBlockOutside(cases, block)}) {
                if (wrong == sound) {
                    continue; // The only one of its size leads to itself.
                }
                Raw.putLong(block, wrong);
                // The neighbour's free takes the block out of its list, so both its links are asked.
                cases.assertCorrupt(() -> cases.pool.freeAddress(row.behind));
                Raw.putLong(block, sound);
                cases.pool.recover();
                cases.verify();
            }
        }
    }

    /** A free block in another region: of another arena, if that has one. */
    private static long freeBlockOutside(CasePool cases, long block) {
        long[] found = {0};
        cases.pool.walk((address, usableBytes, state) -> {
            if (state == BlockState.FREE && (address ^ block) >= CasePool.REGION_BYTES) {
                found[0] = address;
            }
        });
        return found[0];
    }

    private static long freeBlockAt(CasePool cases, long address) {
        long[] found = {0};
        cases.pool.walk((block, usableBytes, state) -> {
            if (state == BlockState.FREE && block <= address && address < block + usableBytes) {
                found[0] = block;
            }
        });
        assertNotEquals(0, found[0], "a free block");
        return found[0];
    }

    /** What only the walk can see, validate finds; until then the arena serves, and then no more until it is repaired. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case21_damageThatNobodyMeets_isFoundByValidate(Setup setup) {
        try (CasePool cases = CasePool.open(setup); Row row = new Row(cases)) {
            damaged(cases, row.behind, Raw.header(row.behind) ^ 1, cases.pool::validate);
            damaged(cases, row.behind, Raw.header(row.behind) ^ 1L << 40, cases.pool::validateQuiet);
        }
    }

    /** The fenced arena takes nothing and gives nothing, but loses nothing either: what came back meanwhile is there after the repair. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case21_fencedArena_keepsWhatComesBack(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            List<Long> cells = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                cells.add(cases.pool.allocateAddress(500));
            }
            long bad = cells.removeLast();
            long sound = Raw.header(bad);
            Raw.putHeader(bad, sound ^ 1L << 33);
            cases.assertCorrupt(() -> cases.pool.freeAddress(bad));
            cells.forEach(cases.pool::freeAddress);
            cases.pool.reclaim();
            assertTrue(cases.memory().pendingBlocks() > 0, "cells kept aside");
            // A cell's header says nothing about others, and nothing about the slab: validation can't miss it.
            cases.pool.recover();
            assertEquals(0, cases.fenced());
            cases.assertCorrupt(() -> cases.pool.freeAddress(bad));
            Raw.putHeader(bad, sound);
            cases.pool.recover();
            cases.pool.reclaim();
            assertEquals(0, cases.memory().pendingBlocks(), "cells kept aside");
            cases.pool.freeAddress(bad);
        }
    }
}
