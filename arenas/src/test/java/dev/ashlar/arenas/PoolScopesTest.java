package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.CasePool.Setup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Arenas and confined views over a pool. */
class PoolScopesTest {
    private static final long[] SIZES = {0, 1, 7, 8, 64, 100, 1000, 8192, 8200, 8201, 9000, 100_000, 2 << 20};

    /** The two kinds of arenas. */
    enum Kind {
        CONFINED,
        SHARED;

        Arena open(MemoryPool pool) {
            return this == CONFINED ? pool.openArena() : pool.openSharedArena();
        }

        Arena open(MemoryPool pool, Contents contents) {
            return this == CONFINED ? pool.openArena(contents) : pool.openSharedArena(contents);
        }
    }

    /** Leaves no byte of the pool's free memory zero, as far as it is reached. */
    private static void dirty(MemoryPool pool) {
        List<MemorySegment> blocks = new ArrayList<>();
        for (long size : SIZES) {
            for (int i = 0; i < 3; i++) {
                blocks.add(pool.allocate(size, 16).fill((byte) 0x5C));
            }
        }
        blocks.forEach(pool::free);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void allocate_afterOthersUsedTheMemory_isZeroedAndAligned(Kind kind) {
        for (Setup setup : new Setup[] {Setup.DEFERRED, Setup.IMMEDIATE, Setup.HARDENED}) {
            try (CasePool cases = CasePool.open(setup)) {
                for (int round = 0; round < 2; round++) {
                    dirty(cases.pool);
                    try (Arena arena = kind.open(cases.pool)) {
                        for (long size : SIZES) {
                            for (long alignment : new long[] {1, 8, 16, 64, 4096, 1 << 16}) {
                                MemorySegment block = arena.allocate(size, alignment);
                                assertEquals(size, block.byteSize());
                                assertEquals(0, block.address() % alignment);
                                assertEquals(-1, size == 0 ? -1 : firstNotZero(block), () -> "of " + block);
                                block.fill((byte) 0x77);
                            }
                        }
                    }
                }
            }
        }
    }

    private static long firstNotZero(MemorySegment block) {
        return block.get(ValueLayout.JAVA_BYTE, 0) != 0
                ? 0
                : block.asSlice(0, block.byteSize() - 1).mismatch(block.asSlice(1));
    }

    /** Not zeroed if that is not asked for: what the last owner left is there. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void allocate_unspecifiedContents_isNotZeroed(Kind kind) {
        try (CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder)) {
            cases.pool.free(cases.pool.allocate(100, 16).fill((byte) 0x5C));
            try (Arena arena = kind.open(cases.pool, Contents.UNSPECIFIED)) {
                assertEquals((byte) 0x5C, arena.allocate(100, 16).get(ValueLayout.JAVA_BYTE, 50));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void close_manyAllocations_allReturnAndNoneIsAccessible(Kind kind) {
        for (Setup setup : new Setup[] {Setup.DEFERRED, Setup.IMMEDIATE, Setup.HARDENED}) {
            try (CasePool cases = CasePool.open(setup)) {
                long live = cases.memory().liveBlocks();
                Random random = new Random(7);
                List<MemorySegment> segments = new ArrayList<>();
                Arena arena = kind.open(cases.pool);
                for (int i = 0; i < 3000; i++) {
                    segments.add(arena.allocate(random.nextInt(100) == 0 ? 20_000 : 1 + random.nextInt(900), 8));
                }
                assertEquals(live + 3000, cases.memory().liveBlocks());
                assertTrue(arena.toString().contains("'case'"));
                arena.close();
                assertEquals(live, cases.memory().liveBlocks());
                assertFalse(arena.scope().isAlive());
                assertTrue(arena.toString().endsWith(", closed"));
                for (MemorySegment segment : segments) {
                    assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
                }
                assertThrows(IllegalStateException.class, () -> arena.allocate(8));
                assertThrows(IllegalStateException.class, arena::close);
                assertEquals(live, cases.memory().liveBlocks());
            }
        }
    }

    @Test
    void confined_otherThread_isRefusedAndChangesNothing() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED); Arena arena = cases.pool.openArena()) {
            MemorySegment mine = arena.allocate(100);
            long live = cases.memory().liveBlocks();
            Tasks.inThread(() -> {
                assertThrows(WrongThreadException.class, () -> arena.allocate(8));
                assertThrows(WrongThreadException.class, () -> mine.get(ValueLayout.JAVA_BYTE, 0));
                assertThrows(WrongThreadException.class, arena::close);
            });
            assertEquals(live, cases.memory().liveBlocks());
            mine.fill((byte) 1);
        }
    }

    @Test
    void shared_manyThreads_allocateUntilItIsClosed() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            long live = cases.memory().liveBlocks();
            for (int round = 0; round < 10; round++) {
                Arena arena = cases.pool.openSharedArena();
                AtomicBoolean closed = new AtomicBoolean();
                Tasks.inParallel(3, thread -> {
                    if (thread == 0) {
                        closed.set(true);
                        arena.close();
                        return;
                    }
                    for (int i = 0; i < 3000; i++) {
                        try {
                            arena.allocate(64 + i % 100).fill((byte) thread);
                        } catch (IllegalStateException e) {
                            assertTrue(closed.get() && !(e instanceof HeapCorruptionException), e::toString);
                            return;
                        }
                    }
                });
                assertEquals(live, cases.memory().liveBlocks(), "returned by whoever came last");
            }
        }
    }

    /** A virtual thread has no cache: its scopes are counted elsewhere. */
    @SuppressWarnings("ThreadPriorityCheck") // It unmounts there, so that it may go on with another carrier.
    @ParameterizedTest
    @EnumSource(Kind.class)
    void openArena_virtualThread_returnsAllAndPoolClosesAfterwards(Kind kind) {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            Tasks.startVirtual(() -> {
                try (Arena arena = kind.open(cases.pool)) {
                    for (int i = 0; i < 500; i++) {
                        arena.allocate(i).fill((byte) i);
                    }
                    Thread.yield();
                    assertEquals(0, arena.allocate(100).get(ValueLayout.JAVA_BYTE, 99));
                }
            }).join();
        }
    }

    /** What can't be had leaves the arena as it was. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void allocate_noRoomOrWrongSize_arenaServesOn(Kind kind) {
        try (CasePool cases = CasePool.open(Setup.DEFERRED); Arena arena = kind.open(cases.pool)) {
            MemorySegment before = arena.allocate(100).fill((byte) 9);
            assertThrows(PoolExhaustedException.class, () -> arena.allocate(1L << 40));
            assertThrows(PoolExhaustedException.class, () -> arena.allocate(Long.MAX_VALUE, 1));
            assertThrows(IllegalArgumentException.class, () -> arena.allocate(-1));
            assertThrows(IllegalArgumentException.class, () -> arena.allocate(8, 3));
            assertThrows(IllegalArgumentException.class, () -> arena.allocate(8, 0));
            arena.allocate(100).fill((byte) 8);
            assertEquals((byte) 9, before.get(ValueLayout.JAVA_BYTE, 99));
        }
    }

    /** A block with a damaged header is not returned; all others are, and the arena's close says what it found. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void close_oneBlockDamaged_allOthersReturn(Kind kind) {
        CasePool cases = CasePool.empty(Setup.DEFERRED, builder -> builder);
        try (MemoryPool pool = cases.pool) {
            long live = cases.memory().liveBlocks();
            Arena arena = kind.open(pool);
            List<MemorySegment> blocks = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                blocks.add(arena.allocate(100));
            }
            long damaged = blocks.get(50).address();
            long sound = Raw.header(damaged);
            Raw.putHeader(damaged, 0);
            assertThrows(HeapCorruptionException.class, arena::close);
            assertFalse(arena.scope().isAlive());
            cases.pool.recover();
            Raw.putHeader(damaged, sound);
            cases.pool.reclaim();
            assertEquals(live + 1, cases.memory().liveBlocks(), "all but the damaged one");
            cases.verify();
        }
    }

    @Test
    void openArena_portable_isUnsupported() {
        try (CasePool cases = CasePool.open(Setup.PORTABLE)) {
            assertThrows(UnsupportedOperationException.class, cases.pool::openArena);
            assertThrows(UnsupportedOperationException.class, cases.pool::openSharedArena);
        }
    }

    // Confined views

    @Test
    void confinedView_blocks_areThePoolsAndTheOtherWayRound() {
        for (Setup setup : Setup.values()) {
            try (CasePool cases = CasePool.open(setup); ConfinedPool view = cases.pool.confined()) {
                for (long size : SIZES) {
                    MemorySegment mine = view.allocate(size, 64);
                    assertEquals(size, mine.byteSize());
                    assertEquals(0, mine.address() % 64);
                    long address = view.allocateAddress(size);
                    cases.pool.free(mine);
                    Tasks.inThread(() -> cases.pool.freeAddress(address));
                    MemorySegment ofPool = cases.pool.allocate(size, 16);
                    view.free(ofPool);
                    view.freeAddress(cases.pool.allocateAddress(size));
                }
                assertEquals(cases.pool, view.pool());
            }
        }
    }

    @Test
    void confinedView_otherThreadOrClosed_isRefused() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            ConfinedPool view = cases.pool.confined();
            long block = view.allocateAddress(100);
            Tasks.inThread(() -> {
                assertThrows(WrongThreadException.class, () -> view.allocateAddress(8));
                assertThrows(WrongThreadException.class, () -> view.allocate(8, 64));
                assertThrows(WrongThreadException.class, () -> view.freeAddress(block));
                assertThrows(WrongThreadException.class, view::close);
            });
            for (int i = 0; i < 500; i++) {
                view.freeAddress(view.allocateAddress(i));
            }
            int caches = cases.pool.statistics().caches();
            view.close();
            view.close();
            assertEquals(caches - 1, cases.pool.statistics().caches());
            assertThrows(IllegalStateException.class, () -> view.allocateAddress(8));
            assertThrows(IllegalStateException.class, () -> view.allocate(8, 8));
            assertThrows(IllegalStateException.class, () -> view.freeAddress(block));
            cases.pool.freeAddress(block);
            cases.pool.reclaim();
            assertEquals(0, cases.memory().pendingBytes(), "what the view had cached");
        }
    }

    /** Its thread ended without closing it: what it has cached comes back. */
    @Test
    void confinedView_threadHasEnded_cacheReturns() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED)) {
            List<ConfinedPool> left = new ArrayList<>();
            Tasks.inThread(() -> {
                ConfinedPool view = cases.pool.confined();
                left.add(view);
                for (int i = 0; i < 100; i++) {
                    view.freeAddress(view.allocateAddress(50));
                }
            });
            cases.pool.reclaim();
            assertEquals(0, cases.memory().pendingBytes());
            assertThrows(WrongThreadException.class, left.getFirst()::close);
        }
    }

    @Test
    void confinedView_asAllocator_servesLayouts() {
        try (CasePool cases = CasePool.open(Setup.DEFERRED); ConfinedPool view = cases.pool.confined()) {
            SegmentAllocator allocator = view;
            MemorySegment text = allocator.allocateFrom("twelve bytes");
            assertEquals("twelve bytes", text.getString(0));
            view.free(text);
            MemorySegment longs = cases.pool.allocateFrom(ValueLayout.JAVA_LONG, 1, 2, 3);
            assertEquals(3, longs.getAtIndex(ValueLayout.JAVA_LONG, 2));
            cases.pool.free(longs);
        }
    }
}
