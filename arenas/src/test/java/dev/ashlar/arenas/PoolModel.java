package dev.ashlar.arenas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.ashlar.FitPolicy;
import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.testing.Pattern;
import org.jspecify.annotations.Nullable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * What a pool should hold: the live blocks of the pool, of two budgets and of a scope, as intervals with contents. Each operation is done to both, and
 * the answers are compared. One thread uses it.
 */
@SuppressWarnings("EnumOrdinal") // Random picks by number.
final class PoolModel implements AutoCloseable {
    /** What a run should have seen. */
    enum Event {
        ALLOCATED, ALIGNED, SPAN, TRIED_IN_VAIN, EXHAUSTED, TIMED_OUT, OVER_BUDGET, STAYED, MOVED, RESIZE_REFUSED,
        FREED,
        FREED_BY_ANOTHER, SCOPE_CLOSED, RECLAIMED, TRIMMED, POLICY_SET, LIMITS_SET
    }

    private static final int UNIT = 16;
    private static final int HEADER = 8;
    private static final int GUARD = 8;
    private static final long BUDGET_BYTES = 1 << 20;

    private final MemoryPool pool;
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private final List<Block> drawable = new ArrayList<>();
    private final List<Block> ofScope = new ArrayList<>();
    private final Map<Event, Integer> events = new EnumMap<>(Event.class);
    private final Budget budget;
    private final Budget child;
    private final ConfinedPool view;
    private @Nullable Arena scope;
    private long liveBytes;
    private long nextSeed = 1;

    /** One live block; {@code bytes} are those that its holder may use. */
    private static final class Block {
        long address;
        long bytes;
        long seed;
        @Nullable
        Budget owner;
        @Nullable
        MemorySegment segment;
    }

    PoolModel(MemoryPool pool) {
        this.pool = pool;
        budget = pool.openBudget("model", BUDGET_BYTES);
        child = budget.openBudget("child", BUDGET_BYTES / 2);
        view = pool.confined();
    }

    int count(Event event) {
        return events.getOrDefault(event, 0);
    }

    int size() {
        return drawable.size();
    }

    private void happened(Event event) {
        events.merge(event, 1, Integer::sum);
    }

    /** Allocates by one of the ways there are; whether there was room. */
    boolean allocate(int way, long byteSize, long alignment) throws InterruptedException {
        Block block = new Block();
        try {
            if (!allocate(block, way, byteSize, alignment)) {
                happened(Event.TRIED_IN_VAIN);
                return false;
            }
        } catch (PoolExhaustedException e) {
            assertEquals(byteSize, e.requestedBytes());
            boolean ofBudget = e.kind() == PoolExhaustedException.Cause.BUDGET;
            assertTrue(!ofBudget || way >= 6, () -> "cause " + e.kind());
            happened(ofBudget ? Event.OVER_BUDGET : way == 4 ? Event.TIMED_OUT : Event.EXHAUSTED);
            return ofBudget;
        }
        assertEquals(0, block.address & (Math.max(UNIT, alignment) - 1), "alignment");
        assertFits(block, byteSize);
        if (pool.isZeroing() || way == 5) {
            for (long i = 0; i < byteSize; i += byteSize > 4096 ? 509 : 1) {
                assertEquals(0, Raw.getByte(block.address + i), "zeroed");
            }
        }
        put(block);
        (way == 5 ? ofScope : drawable).add(block);
        happened(alignment > UNIT ? Event.ALIGNED : Event.ALLOCATED);
        if (byteSize > pool.regionSize()) {
            happened(Event.SPAN);
        }
        return true;
    }

    private boolean allocate(Block block, int way, long byteSize, long alignment) throws InterruptedException {
        MemorySegment segment = null;
        switch (way) {
            case 0 -> block.address = pool.allocateAddress(byteSize, alignment);
            case 1 -> segment = pool.allocate(byteSize, alignment);
            case 2 -> block.address = view.allocateAddress(byteSize, alignment);
            case 3 -> {
                segment = pool.tryAllocate(byteSize, alignment);
                if (segment == null) {
                    return false;
                }
            }
            case 4 -> block.address = pool.allocateAddress(byteSize, alignment, Duration.ZERO);
            case 5 -> segment = scope().allocate(byteSize, alignment);
            default -> {
                block.owner = way == 6 ? budget : child;
                block.address = block.owner.allocateAddress(byteSize, alignment);
            }
        }
        if (segment != null) {
            assertEquals(byteSize, segment.byteSize());
            block.segment = segment;
            block.address = segment.address();
        }
        return true;
    }

    private Arena scope() {
        Arena open = scope;
        if (open == null) {
            open = nextSeed % 8 == 0 ? pool.openSharedArena() : pool.openArena();
            scope = open;
        }
        return open;
    }

    /** The pool's answer must lie between the neighbours, with its header, and be large enough. */
    private void assertFits(Block block, long byteSize) {
        block.bytes = pool.usableSize(block.address);
        assertTrue(pool.isHardened() ? block.bytes == byteSize : block.bytes >= byteSize,
                () -> "usable: %d (expected: %d)".formatted(block.bytes, byteSize));
        Map.Entry<Long, Block> below = blocks.lowerEntry(block.address);
        if (below != null) {
            assertTrue(below.getKey() + below.getValue().bytes + HEADER <= block.address, "begins in the one below");
        }
        Map.Entry<Long, Block> above = blocks.ceilingEntry(block.address);
        if (above != null) {
            assertTrue(block.address + block.bytes + HEADER <= above.getKey(), "ends in the one above");
        }
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
        assertEquals(block, blocks.remove(block.address));
        liveBytes -= block.bytes;
    }

    private Block draw(int number) {
        return drawable.get(Math.floorMod(number, drawable.size()));
    }

    void free(int number) {
        int index = Math.floorMod(number, drawable.size());
        Block block = drawable.get(index);
        take(block);
        Block last = drawable.removeLast();
        if (last != block) {
            drawable.set(index, last);
        }
        happened(Event.FREED);
        MemorySegment segment = block.segment;
        Budget owner = block.owner;
        if (owner != null && number % 2 == 0) {
            owner.freeAddress(block.address);
        } else if (segment != null) {
            pool.free(segment);
        } else if (number % 16 == 1) {
            happened(Event.FREED_BY_ANOTHER);
            Tasks.inThread(() -> pool.freeAddress(block.address));
        } else if (number % 3 == 0) {
            view.freeAddress(block.address);
        } else {
            pool.freeAddress(block.address);
        }
    }

    void resize(int number, long byteSize) {
        Block block = draw(number);
        take(block);
        long from = block.address;
        long usable = block.bytes;
        try {
            MemorySegment segment = block.segment;
            if (segment == null) {
                block.address = pool.resizeAddress(from, byteSize);
            } else {
                MemorySegment resized = pool.resize(segment, byteSize);
                assertEquals(byteSize, resized.byteSize());
                block.segment = resized;
                block.address = resized.address();
            }
        } catch (PoolExhaustedException e) {
            assertEquals(usable, pool.usableSize(from), "as it was");
            happened(Event.RESIZE_REFUSED);
            Pattern.check(from, usable, block.seed, usable);
            put(block);
            return;
        }
        happened(block.address == from ? Event.STAYED : Event.MOVED);
        Pattern.check(block.address, usable, block.seed, Math.min(usable, byteSize));
        assertFits(block, byteSize);
        put(block);
    }

    void closeScope() {
        Arena open = scope;
        if (open == null) {
            return;
        }
        ofScope.forEach(this::take);
        open.close();
        for (Block block : ofScope) {
            MemorySegment segment = block.segment;
            assertThrows(IllegalStateException.class, () -> {
                if (segment != null) {
                    segment.fill((byte) 0);
                }
            });
        }
        ofScope.clear();
        scope = null;
        happened(Event.SCOPE_CLOSED);
    }

    void maintain(int choice) {
        switch (choice) {
            case 0 -> {
                pool.reclaim();
                happened(Event.RECLAIMED);
            }
            case 1 -> {
                pool.trim();
                assertEquals(0, pool.statistics().memory().retainedBytes());
                happened(Event.TRIMMED);
            }
            case 2 -> {
                pool.cacheLimits(choice * 4096L * (nextSeed % 50), 1 << 20);
                happened(Event.LIMITS_SET);
            }
            default -> {
                FitPolicy policy = FitPolicy.values()[(int) (nextSeed % FitPolicy.values().length)];
                pool.policy(policy);
                assertEquals(policy, pool.policy());
                happened(Event.POLICY_SET);
            }
        }
    }

    /** The pool validates, and what it counts is what the model holds. */
    void validate() {
        pool.validateQuiet();
        HeapStatistics now = pool.statistics().memory();
        assertEquals(blocks.size(), now.liveBlocks(), now::toString);
        if (!pool.isHardened()) {
            assertEquals(liveBytes, now.liveBytes(), now::toString);
        } else {
            assertTrue(now.liveBytes() >= liveBytes + (long) GUARD * blocks.size(), now::toString);
        }
        assertEquals(now.committedBytes(), now.liveBytes() + now.pendingBytes() + now.freeBytes() + now.headerBytes()
                + now.overheadBytes(), now::toString);
        assertBudgets();
    }

    private void assertBudgets() {
        long[] count = {0, 0};
        long[] bytes = {0, 0};
        for (Block block : drawable) {
            if (block.owner != null) {
                int which = block.owner == budget ? 0 : 1;
                count[which]++;
                bytes[which] += block.bytes;
            }
        }
        assertEquals(count[0], budget.statistics().liveBlocks());
        assertEquals(count[1], child.statistics().liveBlocks());
        if (!pool.isHardened()) {
            assertEquals(bytes[1], child.statistics().liveBytes());
            assertTrue(budget.statistics().liveBytes() >= bytes[0] + bytes[1]);
        }
        assertTrue(budget.statistics().liveBytes() <= budget.limit());
    }

    /** Frees everything: nothing must be left, and all of it go back. */
    void freeAll() {
        closeScope();
        while (!drawable.isEmpty()) {
            free(drawable.size() / 2);
        }
        validate();
        assertEquals(0, child.statistics().liveBytes());
        child.close();
        budget.close();
        view.close();
        pool.trim();
        HeapStatistics empty = pool.statistics().memory();
        assertEquals(0, empty.committedBytes(), empty::toString);
        assertEquals(0, empty.liveBlocks() + empty.pendingBlocks() + empty.freeBlocks(), empty::toString);
        assertNull(scope);
    }

    @Override
    public String toString() {
        return events.toString();
    }

    @Override
    public void close() {
        pool.close();
    }
}
