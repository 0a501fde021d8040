package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

import dev.ashlar.Coalescing;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.Memory;
import dev.ashlar.os.OsMemory;
import dev.ashlar.region.Guards;
import dev.ashlar.testing.FaultyOs;
import org.junit.jupiter.api.function.Executable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A heap for the tests of docs/cases.md: it has bystanders, blocks of all kinds with contents of their own and holes between them, which a
 * case must leave alone. Closing it checks that: the walk passes, the bytes balance, the contents are there, each can be freed.
 */
final class CaseHeap implements AutoCloseable {
    static final long REGION_BYTES = 1 << 20;
    static final int REGIONS = 32;
    static final long CAPACITY_BYTES = REGIONS * REGION_BYTES;

    private static final long SECRET = 0x5DEECE66D1234567L;
    private static final long[] BYSTANDER_BYTES =
            {40, 24, 0, 100, 1500, 1500, 64, 5000, 64 << 10, 1, 1000, 1016, 1_300_000, 300};
    private static final long[] HOLE_BYTES = {24, 100, 100, 500, 1100, 1100, 2000, 5000, 30000};

    /** The heaps that a case is tried on. */
    enum Setup {
        POSIX_IMMEDIATE(false, Coalescing.IMMEDIATE),
        POSIX_DEFERRED(false, Coalescing.DEFERRED),
        PORTABLE_IMMEDIATE(true, Coalescing.IMMEDIATE),
        PORTABLE_DEFERRED(true, Coalescing.DEFERRED);

        final boolean portable;
        final Coalescing coalescing;

        Setup(boolean portable, Coalescing coalescing) {
            this.portable = portable;
            this.coalescing = coalescing;
        }
    }

    private record Bystander(MemorySegment segment, MemorySegment contents) {}

    private record Planted(long address, byte before) {}

    final Heap heap;
    final FaultyOs os;
    final Headers headers;
    final long base;
    private final List<Bystander> bystanders = new ArrayList<>();
    private final Deque<Planted> planted = new ArrayDeque<>();
    private long soundCommittedBytes;

    private CaseHeap(Setup setup, UnaryOperator<HeapBuilder> settings) {
        os = new FaultyOs(setup.portable ? OsMemory.portable() : OsMemory.system());
        HeapBuilder builder = Heap.builder()
                .name("case")
                .capacity(CAPACITY_BYTES)
                .regionSize(REGION_BYTES)
                .coalescing(setup.coalescing)
                .secret(SECRET)
                .os(os);
        heap = settings.apply(builder).build();
        long first = heap.allocateAddress(16);
        base = first & -REGION_BYTES;
        headers = new Headers(new Geometry(base, Long.numberOfTrailingZeros(REGION_BYTES), REGIONS), SECRET);
        List<Long> holes = new ArrayList<>();
        for (int i = 0; i < BYSTANDER_BYTES.length; i++) {
            addBystander(BYSTANDER_BYTES[i]);
            if (i < HOLE_BYTES.length) {
                holes.add(heap.allocateAddress(HOLE_BYTES[i]));
            }
        }
        heap.freeAddress(first);
        holes.forEach(heap::freeAddress);
        heap.coalesce();
        verify();
    }

    static CaseHeap open(Setup setup) {
        return new CaseHeap(setup, builder -> builder);
    }

    static CaseHeap hardened(Setup setup) {
        return new CaseHeap(setup, builder -> builder.hardened(true));
    }

    static CaseHeap with(Setup setup, UnaryOperator<HeapBuilder> settings) {
        return new CaseHeap(setup, settings);
    }

    void addBystander(long byteSize) {
        int seed = bystanders.size() * 31 + 7;
        byte[] contents = new byte[(int) byteSize];
        for (int i = 0; i < contents.length; i++) {
            contents[i] = (byte) (seed + i * 13 + (i >>> 8));
        }
        MemorySegment segment = heap.allocate(byteSize, 1);
        segment.copyFrom(MemorySegment.ofArray(contents));
        bystanders.add(new Bystander(segment, MemorySegment.ofArray(contents)));
    }

    // What a case must leave behind

    /** The walk passes, the bytes balance, the bystanders' contents are there. */
    void verify() {
        assertFalse(heap.isFenced(), "fenced (expected: serving)");
        heap.validate();
        HeapStatistics now = heap.statistics();
        assertEquals(
                now.committedBytes(),
                now.liveBytes() + now.pendingBytes() + now.freeBytes() + now.headerBytes() + now.overheadBytes(),
                () -> "live + pending + free + headers + overhead == committed: " + now);
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
        try (heap) {
            verify();
            bystanders.forEach(bystander -> heap.free(bystander.segment));
            bystanders.clear();
            heap.coalesce();
            verify();
            assertEquals(0, heap.statistics().liveBlocks(), "live blocks at the end");
        }
    }

    /** What a block takes behind the bytes that were asked for, before rounding. */
    int guardBytes() {
        return heap.isHardened() ? Guards.BYTES : 0;
    }

    // Planting damage

    /** Overwrites bytes; {@link #repair} undoes it. */
    void plantBytes(long address, int count, byte value) {
        keep(address, count);
        Memory.fill(address, count, value);
    }

    /** Overwrites 8 bytes; {@link #repair} undoes it. */
    void plantLong(long address, long value) {
        keep(address, Long.BYTES);
        Memory.putLong(address, value);
    }

    private void keep(long address, int count) {
        if (planted.isEmpty()) {
            soundCommittedBytes = heap.statistics().committedBytes();
        }
        for (int i = 0; i < count; i++) {
            planted.push(new Planted(address + i, Memory.getByte(address + i)));
        }
    }

    /** Overwrites a whole header; {@link #repair} undoes it. */
    void plantHeader(long block, long value) {
        plantLong(block - BlockLayout.HEADER_BYTES, value);
    }

    /** Keeps a header for {@link #repair}, for a test that forges it afterwards. */
    void keepHeader(long block) {
        keep(block - BlockLayout.HEADER_BYTES, BlockLayout.HEADER_BYTES);
    }

    static long header(long block) {
        return Memory.getLong(block - BlockLayout.HEADER_BYTES);
    }

    /** Undoes what was planted, the last first. */
    void repair() {
        planted.forEach(damage -> Memory.putByte(damage.address, damage.before));
        planted.clear();
    }

    /** The 4 bytes that stood at an address before it was planted. */
    int plantedBefore(long address) {
        int value = 0;
        for (Planted damage : planted) {
            long offset = damage.address - address;
            if (offset >= 0 && offset < Integer.BYTES) {
                value |= (damage.before & 0xFF) << (Byte.SIZE * (int) offset);
            }
        }
        return value;
    }

    /** The test has undone the damage itself. */
    void forget() {
        planted.clear();
    }

    /** The damaged heap is fenced; with the damage undone it recovers. */
    void repairAndRecover() {
        repair();
        heap.recover();
        verify();
    }

    /** All bytes of the regions in use: who must not write anything has to leave this as it is. */
    byte[] image() {
        return regions(soundCommittedBytes).toArray(ValueLayout.JAVA_BYTE);
    }

    void assertImage(byte[] expected) {
        MemorySegment now = regions(expected.length);
        long changed = now.mismatch(MemorySegment.ofArray(expected));
        assertEquals(-1, changed, () -> "offset 0x%x was written".formatted(changed));
    }

    private MemorySegment regions(long byteSize) {
        return raw(base, Math.min(CAPACITY_BYTES, byteSize));
    }

    /** Memory as it lies there, in no scope. */
    @SuppressWarnings("restricted")
    static MemorySegment raw(long address, long byteSize) {
        return MemorySegment.ofAddress(address).reinterpret(byteSize);
    }

    // The four errors

    /** A: found and expected in the message, nothing changed. */
    void assertIllegal(Executable request) {
        HeapStatistics before = heap.statistics();
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, request);
        assertEquals(IllegalArgumentException.class, e.getClass());
        assertTrue(String.valueOf(e.getMessage()).matches(".*: -?[0-9.]+ \\(expected: .+\\)"), e::getMessage);
        assertEquals(before, heap.statistics());
    }

    /** X: with the figures, and nothing grown. */
    PoolExhaustedException assertExhausted(long requested, PoolExhaustedException.Cause kind, Executable request) {
        HeapStatistics before = heap.statistics();
        PoolExhaustedException e = assertExhaustedAnyhow(requested, request);
        assertEquals(kind, e.kind(), e::getMessage);
        HeapStatistics now = heap.statistics();
        assertEquals(before.committedBytes(), now.committedBytes(), "committed");
        assertEquals(before.liveBytes(), now.liveBytes(), "live");
        assertEquals(before.liveBlocks(), now.liveBlocks(), "live blocks");
        return e;
    }

    /** X for any cause: the message has every figure. */
    PoolExhaustedException assertExhaustedAnyhow(long requested, Executable request) {
        PoolExhaustedException e = assertThrows(PoolExhaustedException.class, request);
        assertFigures(requested, e);
        return e;
    }

    void assertFigures(long requested, PoolExhaustedException e) {
        assertEquals(requested, e.requestedBytes());
        HeapStatistics told = e.statistics();
        for (String figure : List.of(
                "heap 'case'",
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
        HeapStatistics before = heap.statistics();
        InvalidFreeException e = assertThrows(InvalidFreeException.class, free);
        assertEquals(reason, e.reason(), e::getMessage);
        assertTrue(String.valueOf(e.getMessage()).matches("(?s).*heap 'case'.*0x[0-9a-f]+ .*\\(expected: .+\\)"),
                e::getMessage);
        assertEquals(before, heap.statistics());
        assertFalse(heap.isFenced());
        return e;
    }

    /** C: found and expected in the message, and the heap is fenced until it has recovered. */
    HeapCorruptionException assertCorrupt(Executable use) {
        HeapCorruptionException e = assertThrows(HeapCorruptionException.class, use);
        assertTrue(String.valueOf(e.getMessage()).contains("(expected: "), e::getMessage);
        assertFenced();
        return e;
    }

    private void assertFenced() {
        assertTrue(heap.isFenced(), "fenced");
        assertThrows(HeapCorruptionException.class, () -> heap.allocateAddress(16));
        assertThrows(HeapCorruptionException.class, () -> heap.allocate(16, 16));
        MemorySegment live = bystanders.getFirst().segment;
        assertThrows(HeapCorruptionException.class, () -> heap.free(live));
        assertThrows(HeapCorruptionException.class, () -> heap.freeAddress(live.address()));
        assertThrows(HeapCorruptionException.class, () -> heap.resizeAddress(live.address(), 16));
    }
}
