package dev.ashlar.bench.replay;

import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

/** The pool through its segment path; the replay holds each live block's segment, as its holder would. */
final class SegmentsAllocator extends PoolAllocator {
    private final @Nullable MemorySegment[] segments;

    SegmentsAllocator(ReplayTask task, int blockCount) {
        super(newPool(task));
        segments = new MemorySegment[blockCount];
    }

    @Override
    public long allocate(int block, long byteSize) {
        return allocateAligned(block, byteSize, DEFAULT_ALIGNMENT);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        return hold(block, pool().allocate(byteSize, alignment));
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        return hold(block, pool().resize(held(block), byteSize));
    }

    @Override
    public void free(int block, long address) {
        pool().free(held(block));
        segments[block] = null;
    }

    private long hold(int block, MemorySegment segment) {
        segments[block] = segment;
        return segment.address();
    }

    private MemorySegment held(int block) {
        MemorySegment segment = segments[block];
        if (segment == null) {
            throw new IllegalStateException("block " + block + ": not live (expected: a live block)");
        }
        return segment;
    }
}
