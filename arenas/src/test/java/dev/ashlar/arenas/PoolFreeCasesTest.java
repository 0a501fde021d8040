package dev.ashlar.arenas;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.arenas.CasePool.Setup;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.arenas.CasePool.CAPACITY_BYTES;
import static dev.ashlar.arenas.CasePool.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 12 to 17 and 19 of docs/cases.md on the pool: frees of what is not a live block of it. Owners are in PoolOwnerCasesTest. */
class PoolFreeCasesTest {
    private static final long[] SIZES =
            {0, 24, 100, 1016, 1500, 5000, 8200, 9000, 300_000, REGION_BYTES - 24, 3 * REGION_BYTES};

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case12_freedTwice_doubleFree(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            for (long size : SIZES) {
                MemorySegment block = cases.pool.allocate(size, 16);
                cases.pool.free(block);
                assertDoubleFree(cases, view, block);
                cases.pool.reclaim();
                assertDoubleFree(cases, view, block);
                cases.pool.trim();
                assertDoubleFree(cases, view, block);
                cases.verify();
            }
        }
    }

    private static void assertDoubleFree(CasePool cases, ConfinedPool view, MemorySegment block) {
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(block.address()));
        cases.assertRefused(Reason.DOUBLE_FREE, () -> view.freeAddress(block.address()));
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.resizeAddress(block.address(), 8));
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.usableSize(block.address()));
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.free(block));
        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.resize(block, 8));
    }

    /** The cell is in another thread's cache, or on its way back, or in its slab: it is free wherever it is. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case12_freedByTwoThreadsInTurn_doubleFree(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long size : SIZES) {
                long block = cases.pool.allocateAddress(size);
                Tasks.inThread(() -> cases.pool.freeAddress(block));
                cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(block));
                long other = cases.pool.allocateAddress(size);
                cases.pool.freeAddress(other);
                Tasks.inThread(
                        () -> cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(other)));
                Tasks.startVirtual(
                        () -> cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(other)))
                        .join();
            }
        }
    }

    /** Its slab is a free block, with the stale headers of its cells in it: nothing there is live. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case12_freedTwiceAndTheSlabGone_doubleFree(Setup setup) {
        try (CasePool cases = CasePool.empty(setup, builder -> builder)) {
            List<Long> cells = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                cells.add(cases.pool.allocateAddress(40));
            }
            cells.forEach(cases.pool::freeAddress);
            cases.pool.reclaim();
            assertEquals(0, cases.pool.statistics().slabs());
            for (int i = 0; i < cells.size(); i += 16) {
                long cell = cells.get(i);
                cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(cell));
            }
        }
    }

    /** A block of the pool's own stands where the slab was: a stale cell address is inside it. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case13_staleCellInAReissuedBlock_isRefused(Setup setup) {
        try (CasePool cases = CasePool.empty(setup, builder -> builder.arenas(1))) {
            List<Long> cells = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                cells.add(cases.pool.allocateAddress(40));
            }
            cells.forEach(cases.pool::freeAddress);
            cases.pool.reclaim();
            List<Long> blocks = new ArrayList<>();
            for (long block; (block = cases.pool.tryAllocateAddress(REGION_BYTES / 2 - 100, 16)) != 0;) {
                blocks.add(block);
            }
            int interior = 0;
            for (long cell : cells) {
                if (!blocks.contains(cell)) {
                    InvalidFreeException e =
                            assertThrows(InvalidFreeException.class, () -> cases.pool.freeAddress(cell));
                    interior += e.reason() == Reason.INTERIOR ? 1 : 0;
                }
            }
            assertTrue(interior > 2000, "inside of blocks: " + interior);
            cases.pool.validateQuiet();
            blocks.forEach(cases.pool::freeAddress);
        }
    }

    /** Not on portable memory: it has one scope only, so no generations. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"HARDENED", "HARDENED_IMMEDIATE"})
    void case13_staleAndHardened_stale(Setup setup) {
        for (long size : new long[] {100, 1500, 8192, 300_000}) {
            try (CasePool cases = CasePool.open(setup)) {
                MemorySegment stale = cases.pool.allocate(size, 16);
                cases.pool.free(stale);
                MemorySegment owned = reissued(cases, stale);
                owned.fill((byte) 0x33);
                cases.assertRefused(Reason.STALE, () -> cases.pool.free(stale));
                cases.assertRefused(Reason.STALE, () -> cases.pool.resize(stale, 8));
                for (long i = 0; i < owned.byteSize(); i += 97) {
                    assertEquals((byte) 0x33, owned.get(ValueLayout.JAVA_BYTE, i));
                }
                cases.pool.free(owned);
                assertThrows(InvalidFreeException.class, () -> cases.pool.free(stale));
            }
        }
    }

    /** Not hardened, and where memory has one scope only, a stale segment is its block's new owner's: it frees that block, and no other. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"HARDENED", "HARDENED_IMMEDIATE"}, mode = EnumSource.Mode.EXCLUDE)
    void case13_staleByDefault_freesTheReissuedBlockOnly(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            MemorySegment stale = cases.pool.allocate(100, 16);
            cases.pool.free(stale);
            MemorySegment owned = reissued(cases, stale);
            cases.pool.free(stale);
            cases.verify();
            cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.free(owned));
        }
    }

    /** The same block again, for another owner; of another generation than one in 64 would be. */
    private static MemorySegment reissued(CasePool cases, MemorySegment freed) {
        List<MemorySegment> others = new ArrayList<>();
        for (int i = 1; i <= 5000; i++) {
            MemorySegment block = cases.pool.tryAllocate(freed.byteSize(), 16);
            if (block == null) {
                break;
            }
            if (block.address() == freed.address() && i % 64 != 0) {
                others.forEach(cases.pool::free);
                return block;
            }
            others.add(block);
        }
        throw new AssertionError("never handed out again: " + freed);
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case14_interiorSlice_interior(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            for (long size : new long[] {100, 1500, 8200, 9000, 3 * REGION_BYTES}) {
                MemorySegment block = cases.pool.allocate(size, 16);
                // As if a header of its own stood before each: contents don't make a block.
                for (long i = 0; i + 8 <= size; i += 8) {
                    block.set(ValueLayout.JAVA_LONG, i, Raw.header(block.address()));
                }
                for (long offset : new long[] {16, 32, 64, size / 2 & -16, (size - 1) & -16}) {
                    cases.assertRefused(Reason.INTERIOR, () -> cases.pool.freeAddress(block.address() + offset));
                    cases.assertRefused(Reason.INTERIOR, () -> view.freeAddress(block.address() + offset));
                    cases.assertRefused(Reason.INTERIOR,
                            () -> cases.pool.resizeAddress(block.address() + offset, 8));
                    cases.assertRefused(Reason.INTERIOR, () -> cases.pool.free(block.asSlice(offset)));
                }
                cases.pool.free(block);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case15_besideTheBase_isRefused(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long size : new long[] {100, 5000, 9000, 3 * REGION_BYTES}) {
                MemorySegment block = cases.pool.allocate(size, 64);
                for (long offset : new long[] {1, 2, 4, 7, 8, 15, 17}) {
                    cases.assertRefused(Reason.INTERIOR, () -> cases.pool.freeAddress(block.address() + offset));
                    cases.assertRefused(Reason.INTERIOR, () -> cases.pool.free(block.asSlice(offset)));
                }
                // What is before the base is the header's, or another block's: refused for whatever it is.
                for (long offset : new long[] {-1, -4, -8}) {
                    assertThrows(InvalidFreeException.class, () -> cases.pool.freeAddress(block.address() + offset));
                }
                cases.pool.free(block);
            }
        }
    }

    /** A view that begins where the block begins frees the block, whatever its length; no view frees another one. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case16_resizedOrReadOnlyView_freesItsOwnBlock(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            for (long size : new long[] {100, 9000}) {
                for (int view = 0; view < 4; view++) {
                    MemorySegment block = cases.pool.allocate(size, 16);
                    MemorySegment given = switch (view) {
                        case 0 -> block.asReadOnly();
                        case 1 -> block.asSlice(0, 10);
                        case 2 -> block.asSlice(0, 0);
                        default -> resized(block, 4096);
                    };
                    MemorySegment behind = resized(block, 4096).asSlice(16);
                    cases.assertRefused(Reason.INTERIOR, () -> cases.pool.free(behind));
                    long live = cases.memory().liveBlocks();
                    cases.pool.free(given);
                    assertEquals(live - 1, cases.memory().liveBlocks());
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(block.address()));
                    cases.verify();
                }
            }
        }
    }

    @SuppressWarnings("restricted")
    private static MemorySegment resized(MemorySegment block, long byteSize) {
        return block.reinterpret(byteSize);
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case17_anotherPools_wrongPoolWithItsName(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            MemoryPool other = MemoryPool.builder().name("other").capacity(4 << 20).arenas(1)
                    .portable(setup.portable).hardened(setup.hardened).build();
            for (long size : new long[] {100, 9000}) {
                MemorySegment block = other.allocate(size, 16);
                List<org.junit.jupiter.api.function.Executable> uses = List.of(
                        () -> cases.pool.free(block),
                        () -> cases.pool.free(block.asSlice(16)),
                        () -> cases.pool.freeAddress(block.address()),
                        () -> cases.pool.freeAddress(block.address() + 100_000),
                        () -> view.freeAddress(block.address()),
                        () -> cases.pool.resize(block, 8));
                for (var use : uses) {
                    String message = cases.assertRefused(Reason.WRONG_POOL, use).getMessage();
                    assertTrue(String.valueOf(message).contains("pool 'other'"), message);
                }
                other.validateQuiet();
                assertEquals(1, other.statistics().memory().liveBlocks());
                other.free(block);
            }
            MemorySegment block = other.allocate(100, 16);
            other.close();
            cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.freeAddress(block.address()));
            cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.free(block));
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case18_otherSegments_notFromPool(Setup setup, @TempDir Path folder) throws IOException {
        try (CasePool cases = CasePool.open(setup);
                Arena arena = Arena.ofConfined();
                FileChannel file = FileChannel.open(folder.resolve("mapped"), StandardOpenOption.CREATE,
                        StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            List<MemorySegment> foreign = List.of(
                    MemorySegment.ofArray(new byte[100]),
                    MemorySegment.ofArray(new long[100]).asSlice(16),
                    MemorySegment.ofBuffer(ByteBuffer.allocate(100)),
                    MemorySegment.ofBuffer(ByteBuffer.allocateDirect(100)),
                    arena.allocate(100, 16),
                    Arena.ofAuto().allocate(100, 16),
                    Arena.global().allocate(16, 16),
                    file.map(MapMode.READ_WRITE, 0, 8192, arena));
            for (MemorySegment segment : foreign) {
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.free(segment));
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.resize(segment, 8));
            }
        }
    }

    /** The addresses are not mapped, most of them: to read there would end the process. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case19_ofAddress_isRefusedAndNeverRead(Setup setup) {
        try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
            cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.free(MemorySegment.NULL));
            long[] wild = {0, 1, 8, 16, 4096, 0x10_0000_0000L, 1L << 47, Long.MAX_VALUE, Long.MIN_VALUE, -1, -16, -8};
            for (long address : wild) {
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.freeAddress(address));
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> view.freeAddress(address));
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.resizeAddress(address, 8));
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.free(MemorySegment.ofAddress(address)));
            }
            for (long size : new long[] {100, 9000}) {
                MemorySegment block = cases.pool.allocate(size, 16);
                cases.assertRefused(Reason.NOT_FROM_POOL,
                        () -> cases.pool.free(MemorySegment.ofAddress(block.address())));
                cases.pool.free(block);
            }
        }
    }

    /** Inside the range, where nothing is: regions that were never committed, the edges, the tables behind the regions. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case19_wildAddressInRange_isRefused(Setup setup) {
        try (CasePool cases = CasePool.open(setup)) {
            long[] lowest = {Long.MAX_VALUE};
            cases.pool.walk((address, usableBytes, state) -> lowest[0] = Math.min(lowest[0], address));
            long base = (lowest[0] - 16) & -REGION_BYTES;
            long end = base + CAPACITY_BYTES;
            cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(end - 16));
            cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.pool.freeAddress(end - 1));
            for (long address : new long[] {base, base + 8, base + 1, end, end + 16, end + CAPACITY_BYTES / 128,
                base - 16}) {
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.pool.freeAddress(address));
            }
        }
    }
}
