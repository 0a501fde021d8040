package dev.ashlar.bench.peer;

import java.lang.foreign.MemorySegment;

import dev.ashlar.arenas.MemoryPool;

/** Blocks that are segments of an Ashlar pool. */
final class PoolSegments extends SegmentBlocks<MemorySegment> {
    PoolSegments(int slotCount) {
        super(slotCount, MemorySegment.class);
    }

    @Override
    MemorySegment segment(MemorySegment block) {
        return block;
    }

    /** An Ashlar pool by segment. */
    static final class SegmentWorker implements Worker {
        private static final long ALIGNMENT = 16;

        private final MemoryPool pool;

        SegmentWorker(MemoryPool pool) {
            this.pool = pool;
        }

        @Override
        public void allocate(Blocks blocks, int slot, long byteSize) {
            allocateAligned(blocks, slot, byteSize, ALIGNMENT);
        }

        @Override
        public void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
            ((PoolSegments) blocks).put(slot, pool.allocate(byteSize, alignment));
        }

        @Override
        public void resize(Blocks blocks, int slot, long byteSize) {
            PoolSegments segments = (PoolSegments) blocks;
            segments.put(slot, pool.resize(segments.get(slot), byteSize));
        }

        @Override
        public void free(Blocks blocks, int slot) {
            pool.free(((PoolSegments) blocks).take(slot));
        }

        @Override
        public void close() {}
    }
}
