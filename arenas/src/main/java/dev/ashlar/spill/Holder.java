package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.function.Consumer;

import dev.ashlar.arenas.Budget;
import dev.ashlar.arenas.MemoryPool;

/**
 * Who blocks come from and go back to.
 *
 * @param allocator of blocks
 * @param free takes one of them back
 */
record Holder(SegmentAllocator allocator, Consumer<MemorySegment> free) {
    static Holder of(MemoryPool pool) {
        return new Holder(pool, pool::free);
    }

    static Holder of(Budget budget) {
        return new Holder(budget, budget::free);
    }

    MemorySegment allocate(long byteSize) {
        return allocator.allocate(byteSize, 1);
    }
}
