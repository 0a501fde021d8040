package dev.ashlar.bench.replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A sound allocator for tests: takes block after block from one piece of memory, and never reuses any. Faults are planted on top. */
class BumpAllocator implements ReplayAllocator {
    private static final int MAX_BLOCKS = 100;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate(1 << 20, 4096);
    private final long[] sizes = new long[MAX_BLOCKS];
    private long used;

    @Override
    public long allocate(int block, long byteSize) {
        return allocateAligned(block, byteSize, DEFAULT_ALIGNMENT);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        used = (used + alignment - 1) / alignment * alignment;
        long address = memory.address() + used;
        used += Math.max(byteSize, 1);
        sizes[block] = byteSize;
        return address;
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        long oldSize = sizes[block];
        long newAddress = allocate(block, byteSize);
        MemorySegment.copy(
                memory,
                address - memory.address(),
                memory,
                newAddress - memory.address(),
                Math.min(oldSize, byteSize));
        return newAddress;
    }

    @Override
    public void free(int block, long address) {}

    @Override
    public void close() {
        arena.close();
    }
}
