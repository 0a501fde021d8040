package dev.ashlar.heap;

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

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.heap.CaseHeap.Setup;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.ashlar.heap.CaseHeap.REGION_BYTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Cases 12 to 20 of docs/cases.md: frees of what is not a live block of the heap. Each holds hardened, too. */
class FreeCasesTest {
    private static final long[] SIZES = {0, 24, 100, 1016, 1500, 5000, 300_000, REGION_BYTES - 24, 3 * REGION_BYTES};

    private static List<CaseHeap> heaps(Setup setup) {
        return List.of(CaseHeap.open(setup), CaseHeap.hardened(setup));
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case12_freedTwice_doubleFree(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : SIZES) {
                    MemorySegment block = cases.heap.allocate(size, 16);
                    cases.heap.free(block);
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(block));
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.freeAddress(block.address()));
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.resize(block, 8));
                    cases.heap.coalesce();
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(block));
                    cases.heap.trim();
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(block));
                    cases.verify();
                }
            }
        }
    }

    /** Merged with both neighbours, nothing of the block's own header is left. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case12_freedTwiceAndMerged_doubleFree(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : new long[] {40, 5000}) {
                    List<MemorySegment> row = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        row.add(cases.heap.allocate(size, 16));
                    }
                    List.of(0, 2, 1, 4, 3).forEach(i -> cases.heap.free(row.get(i)));
                    cases.heap.coalesce();
                    for (MemorySegment block : row) {
                        cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(block));
                    }
                }
            }
        }
    }

    /** Not on portable memory: it has one scope only, so no generations. */
    @ParameterizedTest
    @EnumSource(value = Setup.class, names = {"POSIX_IMMEDIATE", "POSIX_DEFERRED"})
    void case13_staleAndHardened_stale(Setup setup) {
        try (CaseHeap cases = CaseHeap.hardened(setup)) {
            for (long size : new long[] {100, 1500, 3 * REGION_BYTES}) {
                MemorySegment stale = cases.heap.allocate(size, 16);
                cases.heap.free(stale);
                MemorySegment owned = reissued(cases, stale);
                owned.fill((byte) 0x33);
                cases.assertRefused(Reason.STALE, () -> cases.heap.free(stale));
                cases.assertRefused(Reason.STALE, () -> cases.heap.resize(stale, 8));
                for (long i = 0; i < owned.byteSize(); i += 97) {
                    assertEquals((byte) 0x33, owned.get(ValueLayout.JAVA_BYTE, i));
                }
                cases.heap.free(owned);
                cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(stale));
            }
        }
    }

    /** Not hardened, and where memory has one scope only, a stale segment is its block's new owner's: it frees that block, and no other. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case13_staleByDefault_freesTheReissuedBlockOnly(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                if (cases.heap.isHardened() && !setup.portable) {
                    continue;
                }
                MemorySegment stale = cases.heap.allocate(100, 16);
                cases.heap.free(stale);
                MemorySegment owned = reissued(cases, stale);
                cases.heap.free(stale);
                cases.verify();
                cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(owned));
            }
        }
    }

    private static MemorySegment reissued(CaseHeap cases, MemorySegment freed) {
        MemorySegment block = cases.heap.allocate(freed.byteSize(), 16);
        assertEquals(freed.address(), block.address(), "the same block again");
        return block;
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case14_interiorSlice_interior(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : new long[] {100, 1500, 5000, 3 * REGION_BYTES}) {
                    MemorySegment block = cases.heap.allocate(size, 16);
                    // As if a header of its own stood before each: contents don't make a block.
                    for (long i = 0; i + 8 <= size; i += 8) {
                        block.set(ValueLayout.JAVA_LONG, i, CaseHeap.header(block.address()));
                    }
                    for (long offset : new long[] {16, 32, 64, size / 2 & -16, size - 1 & -16}) {
                        cases.assertRefused(Reason.INTERIOR, () -> cases.heap.free(block.asSlice(offset)));
                        cases.assertRefused(Reason.INTERIOR, () -> cases.heap.freeAddress(block.address() + offset));
                        cases.assertRefused(Reason.INTERIOR,
                                () -> cases.heap.resizeAddress(block.address() + offset, 8));
                    }
                    cases.heap.free(block);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case15_besideTheBase_isRefused(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (long size : new long[] {100, 5000, 3 * REGION_BYTES}) {
                    MemorySegment block = cases.heap.allocate(size, 64);
                    for (long offset : new long[] {1, 2, 4, 7, 8, 15, 17}) {
                        cases.assertRefused(Reason.INTERIOR, () -> cases.heap.freeAddress(block.address() + offset));
                        cases.assertRefused(Reason.INTERIOR, () -> cases.heap.free(block.asSlice(offset)));
                    }
                    // What is before the base is the header's, or another block's: refused for whatever it is.
                    for (long offset : new long[] {-1, -4, -8}) {
                        assertThrows(dev.ashlar.InvalidFreeException.class,
                                () -> cases.heap.freeAddress(block.address() + offset));
                    }
                    cases.heap.free(block);
                }
            }
        }
    }

    /** A view that begins where the block begins frees the block, whatever its length; no view frees another one. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case16_resizedOrReadOnlyView_freesItsOwnBlock(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                for (int view = 0; view < 4; view++) {
                    MemorySegment block = cases.heap.allocate(100, 16);
                    MemorySegment given = switch (view) {
                        case 0 -> block.asReadOnly();
                        case 1 -> block.asSlice(0, 10);
                        case 2 -> block.asSlice(0, 0);
                        default -> resized(block, 4096);
                    };
                    MemorySegment behind = resized(block, 4096).asSlice(16);
                    cases.assertRefused(Reason.INTERIOR, () -> cases.heap.free(behind));
                    long live = cases.heap.statistics().liveBlocks();
                    cases.heap.free(given);
                    assertEquals(live - 1, cases.heap.statistics().liveBlocks());
                    cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.free(block));
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
    void case17_anotherHeaps_wrongPoolWithItsName(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                Heap other = Heap.builder().name("other").capacity(4 << 20).portable(setup.portable).build();
                MemorySegment block = other.allocate(100, 16);
                List<Executable> uses = List.of(
                        () -> cases.heap.free(block),
                        () -> cases.heap.free(block.asSlice(16)),
                        () -> cases.heap.freeAddress(block.address()),
                        () -> cases.heap.freeAddress(block.address() + 1_000_000),
                        () -> cases.heap.resize(block, 8));
                for (Executable use : uses) {
                    String message = cases.assertRefused(Reason.WRONG_POOL, use).getMessage();
                    assertTrue(String.valueOf(message).contains("heap 'other'"), message);
                }
                other.validate();
                assertEquals(1, other.statistics().liveBlocks());
                other.close();
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.freeAddress(block.address()));
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.free(block));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case18_otherSegments_notFromPool(Setup setup, @TempDir Path folder) throws IOException {
        try (Arena arena = Arena.ofConfined();
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
            for (CaseHeap cases : heaps(setup)) {
                try (cases) {
                    for (MemorySegment segment : foreign) {
                        cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.free(segment));
                        cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.resize(segment, 8));
                    }
                }
            }
        }
    }

    /** The addresses are not mapped, most of them: to read there would end the process. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case19_ofAddress_isRefusedAndNeverRead(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.free(MemorySegment.NULL));
                long[] wild =
                        {0, 1, 8, 16, 4096, 0x10_0000_0000L, 1L << 47, Long.MAX_VALUE, Long.MIN_VALUE, -1, -16, -8};
                for (long address : wild) {
                    cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.freeAddress(address));
                    cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.resizeAddress(address, 8));
                    cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.free(MemorySegment.ofAddress(address)));
                    assertFalse(cases.heap.isAllocated(address, 1));
                }
                MemorySegment block = cases.heap.allocate(100, 16);
                cases.assertRefused(Reason.NOT_FROM_POOL,
                        () -> cases.heap.free(MemorySegment.ofAddress(block.address())));
                cases.heap.free(block);
            }
        }
    }

    /** Inside the range, where nothing is: a region that was never committed, the edges, the table behind the regions. */
    @ParameterizedTest
    @EnumSource(Setup.class)
    void case19_wildAddressInRange_isRefused(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            try (cases) {
                long end = cases.base + CaseHeap.CAPACITY_BYTES;
                cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.freeAddress(end - 16));
                cases.assertRefused(Reason.DOUBLE_FREE, () -> cases.heap.freeAddress(end - 1));
                for (long address : new long[] {cases.base, cases.base + 8, cases.base + 1}) {
                    cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.freeAddress(address));
                }
                for (long address : new long[] {end, end + 16, cases.base - 16}) {
                    cases.assertRefused(Reason.NOT_FROM_POOL, () -> cases.heap.freeAddress(address));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Setup.class)
    void case20_afterClose_illegalState(Setup setup) {
        for (CaseHeap cases : heaps(setup)) {
            Heap heap = cases.heap;
            MemorySegment block = heap.allocate(100, 16);
            heap.free(block);
            MemorySegment again = heap.allocate(3 * REGION_BYTES, 16);
            heap.free(again);
            cases.close();
            List<Executable> uses = List.of(
                    () -> heap.free(block),
                    () -> heap.free(again),
                    () -> heap.free(MemorySegment.NULL),
                    () -> heap.freeAddress(block.address()),
                    () -> heap.freeAddress(0),
                    () -> heap.resize(block, 8),
                    () -> heap.resizeAddress(block.address(), 8),
                    () -> heap.tryResizeAddress(block.address(), 8),
                    () -> heap.usableSize(block.address()),
                    () -> heap.allocateAddress(8),
                    () -> heap.allocate(8, 8),
                    heap::coalesce,
                    heap::purge,
                    heap::trim,
                    heap::validate,
                    heap::recover,
                    heap::statistics,
                    heap::fragmentationBySizeClass,
                    () -> heap.policy(dev.ashlar.FitPolicy.BEST_FIT),
                    () -> heap.walk((address, usableBytes, state) -> {}),
                    () -> heap.isAllocated(block.address(), 1));
            for (Executable use : uses) {
                IllegalStateException e = assertThrows(IllegalStateException.class, use);
                assertFalse(e instanceof HeapCorruptionException);
                assertEquals("heap 'case' is closed (expected: open)", e.getMessage());
            }
            assertThrows(IllegalStateException.class, () -> block.get(ValueLayout.JAVA_BYTE, 0));
            heap.close();
        }
    }
}
