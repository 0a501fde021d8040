package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.BlockState;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.arenas.CasePool.Setup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 26 and 27 of docs/cases.md on the pool: contents written by who does not own them. The block concerned is withheld. */
class PoolHardenedCasesTest {
    private static final long[] SIZES = {0, 1, 15, 16, 24, 100, 1016, 1500, 5000, 8192, 9000, 300_000, 3 << 20};

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"HARDENED", "HARDENED_IMMEDIATE", "HARDENED_PORTABLE"})
    void case26_writtenPastTheEnd_isCorruptAtFree(Setup setup) {
        for (int past : new int[] {1, 8}) {
            try (CasePool cases = CasePool.open(setup)) {
                for (long size : SIZES) {
                    long block = cases.pool.allocateAddress(size);
                    writePast(block + size, past);
                    assertWithheld(cases, block, () -> cases.pool.freeAddress(block));
                    MemorySegment segment = cases.pool.allocate(size, 16);
                    writePast(segment.address() + size, past);
                    assertWithheld(cases, segment.address(), () -> cases.pool.free(segment));
                }
            }
        }
    }

    /** Whatever rounding adds, up to a step of the largest classes: the guard knows how much that is. */
    @Test
    void case26_everySize_guardBeginsWhereTheRequestEnds() {
        try (CasePool cases = CasePool.empty(Setup.HARDENED, builder -> builder)) {
            for (long size = 0; size <= 9000; size += size < 1100 ? 3 : 37) {
                long block = cases.pool.allocateAddress(size, 16L << size % 7);
                assertEquals(size, cases.pool.usableSize(block));
                byte guard = Raw.getByte(block + size);
                Raw.putByte(block + size, (byte) ~guard);
                long past = block;
                assertThrows(HeapCorruptionException.class, () -> cases.pool.usableSize(past), () -> "of " + past);
                cases.pool.recover();
                block = cases.pool.allocateAddress(size);
                assertEquals(size, cases.pool.usableSize(block));
                cases.pool.freeAddress(block);
            }
        }
    }

    /** Resizing asks for the guard, too: the block stays with its holder, who is told at the latest when he frees it. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"HARDENED", "HARDENED_IMMEDIATE", "HARDENED_PORTABLE"})
    void case26_writtenPastTheEndAndResized_isCorrupt(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long size : SIZES) {
                long block = cases.pool.allocateAddress(size);
                writePast(block + size, 1);
                HeapCorruptionException e =
                        assertThrows(HeapCorruptionException.class, () -> cases.pool.resizeAddress(block, size + 1));
                assertEquals(block, e.address());
                if (cases.fenced() > 0) {
                    cases.pool.recover();
                }
                assertWithheldOnce(cases, block);
            }
        }
    }

    private static void assertWithheldOnce(CasePool cases, long block) {
        long withheld = cases.memory().withheldBlocks();
        try {
            cases.pool.freeAddress(block);
            throw new AssertionError("freed a damaged block");
        } catch (HeapCorruptionException e) {
            assertEquals(withheld + 1, cases.memory().withheldBlocks());
        } catch (dev.ashlar.InvalidFreeException e) {
            assertEquals(Reason.DOUBLE_FREE, e.reason());
        }
        cases.pool.recover();
        cases.verify();
    }

    private static void writePast(long end, int count) {
        for (int i = 0; i < count; i++) {
            Raw.putByte(end + i, (byte) ~Raw.getByte(end + i));
        }
    }

    /** C, one block more is withheld, the arena is fenced until it recovers as it is, and the block is never handed out again. */
    private static void assertWithheld(CasePool cases, long block, Executable use) {
        HeapStatistics before = cases.memory();
        HeapCorruptionException e = cases.assertCorrupt(use);
        assertEquals(block, e.address());
        assertTrue(String.valueOf(e.getMessage()).contains("withheld"), e::getMessage);
        HeapStatistics now = cases.memory();
        assertEquals(before.withheldBlocks() + 1, now.withheldBlocks(), "withheld blocks");
        assertTrue(now.overheadBytes() > 0, "withheld bytes count as overhead");
        cases.pool.recover();
        cases.verify();
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(block));
        assertNeverHandedOut(cases, block);
    }

    private static void assertNeverHandedOut(CasePool cases, long block) {
        List<Long> others = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            others.add(cases.pool.allocateAddress(100));
            assertNotEquals(block, others.getLast());
        }
        others.forEach(cases.pool::freeAddress);
    }

    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"HARDENED", "HARDENED_IMMEDIATE", "HARDENED_PORTABLE"})
    void case27_writtenAfterFree_isCorruptAtReuse(Setup setup) {
        for (long size : new long[] {24, 1016, 8192, 300_000}) {
            for (long offset : new long[] {0, 16, size - 1}) {
                try (CasePool cases = CasePool.open(setup)) {
                    long block = cases.pool.allocateAddress(size);
                    long withheld = cases.memory().withheldBlocks();
                    cases.pool.freeAddress(block);
                    boolean links = offset < 16 && cases.pool.statistics().slabs() == 0;
                    if (links || isInFreeBlock(cases, block, offset)) {
                        continue;
                    }
                    Raw.putByte(block + offset, (byte) 0x41);
                    HeapCorruptionException e = assertThrows(HeapCorruptionException.class, () -> reuse(cases, size));
                    assertTrue(String.valueOf(e.getMessage()).contains("was written"), e::getMessage);
                    assertEquals(1, cases.fenced(), "fenced arenas");
                    cases.assertOthersServe();
                    assertEquals(withheld + 1, cases.memory().withheldBlocks());
                    cases.pool.recover();
                    cases.verify();
                }
            }
        }
    }

    /** Whether what would be written is a link, or the header of a block that the free one was merged with: those are case 25's. */
    private static boolean isInFreeBlock(CasePool cases, long block, long offset) {
        boolean[] link = {false};
        cases.pool.walk((address, usableBytes, state) -> {
            if (state == BlockState.FREE && usableBytes > 8200 && block + offset >= address
                    && block + offset < address + 40) {
                link[0] = true;
            }
        });
        return link[0];
    }

    private static void reuse(CasePool cases, long size) {
        for (int i = 0; i < 5000; i++) {
            if (cases.pool.tryAllocateAddress(size, 16) == 0) {
                return;
            }
        }
    }
}
