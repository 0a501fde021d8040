package dev.ashlar.heap;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.heap.FitOracle.Expectation;
import dev.ashlar.heap.ValidatingHeap.Walked;
import dev.ashlar.os.Memory;
import dev.ashlar.testing.Pattern;
import org.jspecify.annotations.Nullable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What a heap should hold: the live blocks as intervals with contents. Each operation is done to both, and the answers are compared.
 * Closing it closes the heap.
 */
final class HeapModel implements AutoCloseable {
    /** What a run should have seen. */
    enum Event {
        ALLOCATED, ALIGNED, SPAN, EXHAUSTED, RESIZED_IN_PLACE, MOVED, TRIED_IN_VAIN, FREED, REGION_RETURNED, POLICY_SET,
        COALESCED, PURGED, TRIMMED, OVERLAP_FOUND, NO_OVERLAP_FOUND, CHECKED_BY_ORACLE
    }

    private static final int UNIT = 16;
    private static final int HEADER = 8;
    private static final int GUARD = 8;

    private final ValidatingHeap heap;
    private final boolean hardened;
    private final @Nullable FitOracle oracle;
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private final List<Block> drawable = new ArrayList<>();
    private final Map<Event, Integer> events = new EnumMap<>(Event.class);
    private long liveBytes;
    private long nextSeed = 1;

    /** One live block; {@code bytes} are those that its holder may use. */
    private static final class Block {
        long address;
        long bytes;
        long seed;
        int index;
        @Nullable
        MemorySegment segment;
    }

    /**
     * A model of an empty heap that retains one region at most.
     *
     * @param validateEvery so many calls the heap validates itself; if 1, the chosen blocks are compared with the policy's definition
     *     as well, where blocks are merged at once
     */
    HeapModel(Heap heap, int validateEvery) {
        this.heap = new ValidatingHeap(heap, validateEvery);
        hardened = heap.isHardened();
        oracle = validateEvery == 1 && heap.coalescing() == Coalescing.IMMEDIATE
                ? new FitOracle(heap.regionSize())
                : null;
    }

    /** How often something happened. */
    int count(Event event) {
        return events.getOrDefault(event, 0);
    }

    /** How many blocks are live. */
    int size() {
        return drawable.size();
    }

    FitPolicy policy() {
        return heap.unchecked().policy();
    }

    private FitPolicy inForce() {
        return heap.unchecked().adaptation().inForce().getFirst();
    }

    /** Allocates; whether there was room. */
    boolean allocate(long byteSize, long alignment, boolean asSegment) {
        Before before = before(byteSize, alignment);
        Block block = new Block();
        try {
            if (asSegment) {
                MemorySegment segment = heap.allocate(byteSize, alignment);
                assertEquals(byteSize, segment.byteSize());
                block.segment = segment;
                block.address = segment.address();
            } else {
                block.address = heap.allocateAddress(byteSize, alignment);
            }
        } catch (PoolExhaustedException e) {
            assertRefused(before, byteSize, e);
            return false;
        }
        assertChosen(before, block.address);
        assertEquals(0, block.address & (Math.max(UNIT, alignment) - 1), "alignment");
        assertFits(block, byteSize);
        if (hardened) {
            assertEquals(-1, Memory.mismatchZero(block.address, byteSize), "first byte that is not zero");
        }
        block.index = drawable.size();
        drawable.add(block);
        put(block);
        happened(alignment > UNIT ? Event.ALIGNED : Event.ALLOCATED);
        if (byteSize > heap.unchecked().regionSize()) {
            happened(Event.SPAN);
        }
        assertStatistics();
        return true;
    }

    private void put(Block block) {
        block.seed = nextSeed++ << 24;
        Pattern.write(block.address, block.bytes, block.seed);
        blocks.put(block.address, block);
        liveBytes += block.bytes;
    }

    /** Takes a block, whose contents must be untouched, out of the model. */
    private void take(Block block) {
        Pattern.check(block.address, block.bytes, block.seed, block.bytes);
        blocks.remove(block.address);
        liveBytes -= block.bytes;
    }

    /** The heap's answer must lie between the neighbours, with its header, and be large enough. */
    private void assertFits(Block block, long byteSize) {
        block.bytes = heap.unchecked().usableSize(block.address);
        assertTrue(hardened ? block.bytes == byteSize : block.bytes >= byteSize, "usable: " + block.bytes);
        Map.Entry<Long, Block> below = blocks.lowerEntry(block.address);
        if (below != null) {
            long end = below.getKey() + below.getValue().bytes;
            assertTrue(end + HEADER <= block.address, "block begins in the one below");
        }
        Map.Entry<Long, Block> above = blocks.ceilingEntry(block.address);
        if (above != null) {
            assertTrue(block.address + block.bytes + HEADER <= above.getKey(), "block ends in the one above");
        }
    }

    /** Resizes the block with this number, modulo their count. */
    void resize(int number, long byteSize) {
        Block block = draw(number);
        long searchedUpTo = oracle == null ? 0 : oracle.rover();
        Before before = before(byteSize, UNIT);
        take(block);
        long from = block.address;
        long usable = block.bytes;
        try {
            MemorySegment segment = block.segment;
            if (segment == null) {
                block.address = heap.resizeAddress(from, byteSize);
            } else {
                MemorySegment resized = heap.resize(segment, byteSize);
                assertEquals(byteSize, resized.byteSize());
                block.segment = resized;
                block.address = resized.address();
            }
        } catch (PoolExhaustedException e) {
            Pattern.check(from, usable, block.seed, usable);
            put(block);
            assertRefused(before, byteSize, e);
            return;
        }
        if (block.address == from) {
            assertFalse(hardened, "a hardened heap's block resized in place");
            happened(Event.RESIZED_IN_PLACE);
            if (oracle != null) {
                oracle.rover(searchedUpTo);
            }
        } else {
            assertChosen(before, block.address);
            happened(Event.MOVED);
        }
        Pattern.check(block.address, usable, block.seed, Math.min(usable, byteSize));
        assertFits(block, byteSize);
        put(block);
        assertStatistics();
    }

    /** Resizes the block with this number, modulo their count, if it can stay where it is. */
    void tryResize(int number, long byteSize) {
        Block block = draw(number);
        HeapStatistics before = heap.statistics();
        take(block);
        long usable = block.bytes;
        if (heap.tryResizeAddress(block.address, byteSize)) {
            assertFalse(hardened, "a hardened heap's block resized in place");
            Pattern.check(block.address, usable, block.seed, Math.min(usable, byteSize));
            block.segment = null;
            happened(Event.RESIZED_IN_PLACE);
        } else {
            Pattern.check(block.address, usable, block.seed, usable);
            assertEquals(before, heap.statistics());
            byteSize = hardened ? usable : 0;
            happened(Event.TRIED_IN_VAIN);
        }
        assertFits(block, byteSize);
        put(block);
        assertStatistics();
    }

    /** Frees the block with this number, modulo their count. */
    void free(int number) {
        Block block = draw(number);
        assertEquals(block.bytes, heap.unchecked().usableSize(block.address));
        take(block);
        long committed = heap.unchecked().statistics().committedBytes();
        MemorySegment segment = block.segment;
        if (segment == null) {
            heap.freeAddress(block.address);
        } else {
            heap.free(segment);
        }
        Block last = drawable.removeLast();
        if (last != block) {
            drawable.set(block.index, last);
            last.index = block.index;
        }
        happened(Event.FREED);
        if (heap.unchecked().statistics().committedBytes() < committed) {
            happened(Event.REGION_RETURNED);
        }
        assertStatistics();
    }

    private Block draw(int number) {
        return drawable.get(Math.floorMod(number, drawable.size()));
    }

    void policy(FitPolicy policy) {
        heap.policy(policy);
        assertEquals(policy, heap.unchecked().policy());
        if (oracle != null) {
            oracle.rover(0);
        }
        happened(Event.POLICY_SET);
    }

    void coalesce() {
        long pending = heap.statistics().pendingBytes();
        assertEquals(pending, heap.coalesce());
        assertEquals(0, heap.statistics().pendingBytes());
        if (pending > 0) {
            happened(Event.COALESCED);
        }
        assertStatistics();
    }

    void purge() {
        HeapStatistics before = heap.statistics();
        if (heap.purge() > 0) {
            happened(Event.PURGED);
        }
        assertEquals(before, heap.statistics());
    }

    void trim() {
        long committed = heap.statistics().committedBytes();
        long released = heap.trim();
        HeapStatistics after = heap.statistics();
        assertEquals(committed - after.committedBytes(), released);
        assertEquals(0, after.retainedBytes());
        assertEquals(0, after.pendingBytes());
        if (released > 0) {
            happened(Event.TRIMMED);
        }
        assertStatistics();
    }

    /** Asks about a range that begins so many bytes from the start of the block with this number. */
    void isAllocated(int number, long distance, long byteSize) {
        long from = draw(number).address + distance;
        Map.Entry<Long, Block> last = blocks.lowerEntry(from + byteSize);
        boolean found = heap.isAllocated(from, byteSize);
        if (byteSize == 0 || last == null) {
            assertFalse(found, "isAllocated, though nothing begins before the range ends");
            happened(Event.NO_OVERLAP_FOUND);
            return;
        }
        long end = last.getKey() + last.getValue().bytes;
        if (from < end) {
            assertTrue(found, "isAllocated, though a block overlaps");
            happened(Event.OVERLAP_FOUND);
        } else if (from >= end + (hardened ? GUARD + 3 * UNIT : 0)) {
            // In between is the guard with its slack, whose size the model doesn't know: up to a unit by rounding, and two by what can't be split off.
            assertFalse(found,
                    () -> "isAllocated from %d bytes after the end of a block of %d on, though no block overlaps"
                            .formatted(from - end, last.getValue().bytes));
            happened(Event.NO_OVERLAP_FOUND);
        }
    }

    /** Checks all contents. */
    void checkAll() {
        for (Block block : drawable) {
            Pattern.check(block.address, block.bytes, block.seed, block.bytes);
        }
    }

    /** Frees everything: nothing must be left, and all of it go back. */
    void freeAllAndTrim() {
        checkAll();
        while (!drawable.isEmpty()) {
            free(drawable.size() / 2);
        }
        coalesce();
        HeapStatistics empty = heap.statistics();
        assertEquals(0, empty.liveBlocks() + empty.pendingBlocks() + empty.freeBlocks(), empty::toString);
        assertEquals(0, empty.partlyFreeBytes(), empty::toString);
        assertEquals(empty.committedBytes(), heap.trim());
        assertEquals(0, heap.statistics().committedBytes());
        heap.unchecked().validate();
        assertEquals(List.of(), heap.walk());
    }

    private Before before(long byteSize, long alignment) {
        if (oracle == null) {
            return new Before(heap.statistics(), List.of(), null);
        }
        List<Walked> walk = heap.walk();
        long bytes = byteSize + (hardened ? GUARD : 0);
        return new Before(heap.statistics(), walk, oracle.expect(inForce(), walk, bytes, alignment));
    }

    private void assertChosen(Before before, long address) {
        Expectation expected = before.expected;
        if (expected == null) {
            return;
        }
        happened(Event.CHECKED_BY_ORACLE);
        if (!expected.addresses().contains(address)) {
            assertTrue(expected.mayGrow(), () -> "chosen: 0x%x (expected: one of %s)".formatted(address, expected));
            for (Walked block : before.walk) {
                boolean inside = address >= block.address() && address < block.address() + block.usableBytes();
                assertFalse(inside, () -> "chosen: 0x%x, in %s (expected: a new region)".formatted(address, block));
            }
        }
    }

    private void assertRefused(Before before, long byteSize, PoolExhaustedException e) {
        happened(Event.EXHAUSTED);
        assertEquals(byteSize, e.requestedBytes());
        assertEquals(0, e.errno());
        Expectation expected = before.expected;
        if (expected != null) {
            assertTrue(expected.mayGrow(), () -> "refused (expected: one of " + expected + ")");
            assertEquals(before.walk, heap.walk());
        }
        HeapStatistics now = heap.statistics();
        if (heap.unchecked().coalescing() == Coalescing.IMMEDIATE) {
            assertEquals(before.statistics, now);
            assertEquals(now, e.statistics());
        }
        assertStatistics(now);
    }

    private void assertStatistics() {
        assertStatistics(heap.statistics());
    }

    private void assertStatistics(HeapStatistics now) {
        assertEquals(blocks.size(), now.liveBlocks());
        assertEquals(0, now.withheldBlocks());
        assertTrue(now.retainedBytes() <= heap.unchecked().regionSize(), () -> "retained: " + now);
        assertTrue(now.committedBytes() <= now.capacityBytes() + now.capacityBytes() / 128, now::toString);
        if (hardened) {
            assertTrue(now.liveBytes() >= liveBytes + (long) GUARD * blocks.size(), now::toString);
        } else {
            assertEquals(liveBytes, now.liveBytes());
        }
    }

    private void happened(Event event) {
        events.merge(event, 1, Integer::sum);
    }

    @Override
    public String toString() {
        return events.toString();
    }

    @Override
    public void close() {
        heap.close();
    }

    /** What was known before a call; the walk and the expectation only if there is an oracle. */
    private record Before(HeapStatistics statistics, List<Walked> walk, @Nullable Expectation expected) {}
}
