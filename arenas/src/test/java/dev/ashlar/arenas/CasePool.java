package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import dev.ashlar.Coalescing;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.os.OsMemory;
import dev.ashlar.testing.FaultyOs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A pool for the tests of docs/cases.md: it has bystanders, blocks and cells of the pool, of a budget and of a scope, with contents of their
 * own, which a case must leave alone. Closing it checks that: each arena validates, the bytes balance, the contents are there, each can
 * be freed, and nothing else is live.
 *
 * <p>Its worker sleeps, so that what a case sees was done by the case.
 */
final class CasePool implements AutoCloseable {
    static final long REGION_BYTES = 1 << 20;
    static final int REGIONS = 32;
    static final long CAPACITY_BYTES = REGIONS * REGION_BYTES;

    private static final long[] BYSTANDER_BYTES =
            {40, 24, 0, 100, 1500, 1500, 64, 5000, 64 << 10, 1, 1000, 8200, 8201, 1_300_000, 300};

    /** The pools that a case is tried on. */
    enum Setup {
        DEFERRED(false, Coalescing.DEFERRED, false),
        IMMEDIATE(false, Coalescing.IMMEDIATE, false),
        PORTABLE(true, Coalescing.DEFERRED, false),
        HARDENED(false, Coalescing.DEFERRED, true),
        HARDENED_IMMEDIATE(false, Coalescing.IMMEDIATE, true),
        HARDENED_PORTABLE(true, Coalescing.DEFERRED, true);

        final boolean portable;
        final Coalescing coalescing;
        final boolean hardened;

        Setup(boolean portable, Coalescing coalescing, boolean hardened) {
            this.portable = portable;
            this.coalescing = coalescing;
            this.hardened = hardened;
        }
    }

    private record Bystander(MemorySegment segment, MemorySegment contents) {}

    final MemoryPool pool;
    final FaultyOs os;
    private final List<Bystander> bystanders = new ArrayList<>();
    private final @Nullable Budget budget;
    private final @Nullable Arena scope;

    private CasePool(Setup setup, UnaryOperator<MemoryPoolBuilder> settings, boolean bystanders) {
        os = new FaultyOs(setup.portable ? OsMemory.portable() : OsMemory.system());
        MemoryPoolBuilder builder = MemoryPool.builder()
                .name("case")
                .capacity(CAPACITY_BYTES)
                .regionSize(REGION_BYTES)
                .arenas(2)
                .coalescing(setup.coalescing)
                .hardened(setup.hardened)
                .reclaimPeriod(Duration.ofDays(1))
                .secret(0x5DEECE66D1234567L)
                .os(os);
        pool = settings.apply(builder).build();
        budget = bystanders ? pool.openBudget("bystanders", CAPACITY_BYTES) : null;
        scope = bystanders && !setup.portable ? pool.openSharedArena() : null;
        if (bystanders) {
            addBystanders();
        }
        verify();
    }

    static CasePool open(Setup setup) {
        return new CasePool(setup, builder -> builder, true);
    }

    static CasePool with(Setup setup, UnaryOperator<MemoryPoolBuilder> settings) {
        return new CasePool(setup, settings, true);
    }

    /** Without bystanders: for who counts bytes. */
    static CasePool empty(Setup setup, UnaryOperator<MemoryPoolBuilder> settings) {
        return new CasePool(setup, settings, false);
    }

    private void addBystanders() {
        List<Long> holes = new ArrayList<>();
        for (long byteSize : BYSTANDER_BYTES) {
            addBystander(pool.allocate(byteSize, 1));
            holes.add(pool.allocateAddress(byteSize));
            if (budget != null) {
                addBystander(budget.allocate(byteSize, 1));
            }
            if (scope != null) {
                addBystander(scope.allocate(byteSize, 1));
            }
        }
        holes.forEach(pool::freeAddress);
    }

    void addBystander(MemorySegment segment) {
        int seed = bystanders.size() * 31 + 7;
        byte[] contents = new byte[(int) segment.byteSize()];
        for (int i = 0; i < contents.length; i++) {
            contents[i] = (byte) (seed + i * 13 + (i >>> 8));
        }
        segment.copyFrom(MemorySegment.ofArray(contents));
        bystanders.add(new Bystander(segment, MemorySegment.ofArray(contents)));
    }

    HeapStatistics memory() {
        return pool.statistics().memory();
    }

    int fenced() {
        return pool.statistics().fencedArenas();
    }

    // What a case must leave behind

    /** Each arena validates, the bytes balance, the bystanders' contents are there. No thread may be at work. */
    void verify() {
        assertEquals(0, fenced(), "fenced arenas");
        verifyBesideFence();
    }

    private void verifyBesideFence() {
        pool.validateQuiet();
        HeapStatistics now = memory();
        assertEquals(
                now.committedBytes(),
                now.liveBytes() + now.pendingBytes() + now.freeBytes() + now.headerBytes() + now.overheadBytes(),
                () -> "live + pending + free + headers + overhead == committed: " + now);
        checkContents();
    }

    private void checkContents() {
        for (Bystander bystander : bystanders) {
            assertEquals(
                    -1,
                    bystander.segment.mismatch(bystander.contents),
                    () -> "first changed byte of " + bystander.segment);
        }
    }

    /** Verifies, then frees the bystanders: what is live afterwards was lost. */
    @Override
    public void close() {
        try (pool) {
            verify();
            for (Bystander bystander : bystanders) {
                if (scope == null || !bystander.segment.scope().equals(scope.scope())) {
                    pool.free(bystander.segment);
                }
            }
            bystanders.clear();
            if (scope != null) {
                scope.close();
            }
            if (budget != null) {
                assertEquals(0, budget.statistics().liveBytes(), "live bytes of the budget at the end");
                budget.close();
            }
            pool.reclaim();
            verify();
            assertEquals(0, memory().liveBlocks(), "live blocks at the end");
            assertEquals(0, memory().liveBytes(), "live bytes at the end");
        }
    }

    // The four errors

    /** A: found and expected in the message, nothing changed. */
    void assertIllegal(Executable request) {
        HeapStatistics before = memory();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, request);
        assertEquals(IllegalArgumentException.class, e.getClass());
        assertTrue(String.valueOf(e.getMessage()).matches(".*: -?[0-9.]+ \\(expected: .+\\)"), e::getMessage);
        assertEquals(before, memory());
    }

    /** X: with the figures, and nothing grown. */
    PoolExhaustedException assertExhausted(long requested, PoolExhaustedException.Cause kind, Executable request) {
        PoolExhaustedException e = assertExhaustedAnyhow(requested, request);
        assertEquals(kind, e.kind(), e::getMessage);
        return e;
    }

    /** X for any cause: the message has every figure, and nothing has grown. */
    PoolExhaustedException assertExhaustedAnyhow(long requested, Executable request) {
        HeapStatistics before = memory();
        PoolExhaustedException e = assertThrows(PoolExhaustedException.class, request);
        assertFigures(requested, e);
        HeapStatistics now = memory();
        assertTrue(now.committedBytes() <= before.committedBytes(), () -> "committed: " + now);
        assertEquals(before.liveBytes(), now.liveBytes(), "live");
        assertEquals(before.liveBlocks(), now.liveBlocks(), "live blocks");
        return e;
    }

    void assertFigures(long requested, PoolExhaustedException e) {
        assertEquals(requested, e.requestedBytes());
        HeapStatistics told = e.statistics();
        for (String figure : List.of(
                "pool 'case'",
                e.kind().name(),
                requested + " bytes",
                "capacity " + told.capacityBytes(),
                "live " + told.liveBytes(),
                "pending " + told.pendingBytes(),
                "free " + told.freeBytes(),
                "largest block " + told.largestFreeBytes())) {
            assertTrue(String.valueOf(e.getMessage()).contains(figure), () -> figure + " in: " + e.getMessage());
        }
    }

    /** F: with its reason, and nothing changed. */
    InvalidFreeException assertRefused(InvalidFreeException.Reason reason, Executable free) {
        HeapStatistics before = memory();
        InvalidFreeException e = assertThrows(InvalidFreeException.class, free);
        assertEquals(reason, e.reason(), e::getMessage);
        assertTrue(String.valueOf(e.getMessage()).matches("(?s).*pool 'case'.*0x[0-9a-f]+ .*\\(expected: .+\\)"),
                e::getMessage);
        assertEquals(before, memory());
        assertEquals(0, fenced(), "fenced arenas");
        return e;
    }

    /** C: found and expected in the message; one arena is fenced, and the other serves on. */
    HeapCorruptionException assertCorrupt(Executable use) {
        HeapCorruptionException e = assertThrows(HeapCorruptionException.class, use);
        assertTrue(String.valueOf(e.getMessage()).contains("(expected: "), e::getMessage);
        assertEquals(1, fenced(), () -> "fenced arenas after " + e.getMessage());
        assertOthersServe();
        return e;
    }

    /** Blocks and cells of many sizes are still to be had, and to be given back. */
    void assertOthersServe() {
        List<Long> blocks = new ArrayList<>();
        for (long size : new long[] {100, 8200, 40_000}) {
            long block = pool.allocateAddress(size);
            Raw.at(block, size).fill((byte) 0x77);
            blocks.add(block);
        }
        checkContents();
        blocks.forEach(pool::freeAddress);
    }
}
