package dev.ashlar.bench.replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

/**
 * An {@link Arena} for each block: what plain Java offers for blocks that are freed one by one. It zeroes each block, and resizes by
 * copying. The arena is confined; or shared, if the block goes from one thread to another.
 */
final class ArenaAllocator implements ReplayAllocator {
    // Two arrays and not one of pairs: the pair would be an object that nobody asked for.
    private final @Nullable Arena[] arenas;
    private final @Nullable MemorySegment[] segments;

    private final BitSet handedOver;

    ArenaAllocator(int blockCount, BitSet handedOver) {
        this.handedOver = handedOver;
        arenas = new Arena[blockCount];
        segments = new MemorySegment[blockCount];
    }

    @Override
    public long allocate(int block, long byteSize) {
        return allocateAligned(block, byteSize, DEFAULT_ALIGNMENT);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        Arena arena = handedOver.get(block) ? Arena.ofShared() : Arena.ofConfined();
        MemorySegment segment = arena.allocate(byteSize, alignment);
        arenas[block] = arena;
        segments[block] = segment;
        return segment.address();
    }

    @Override
    public long resize(int block, long address, long byteSize) {
        Arena oldArena = held(arenas[block], block);
        MemorySegment old = held(segments[block], block);
        long newAddress = allocateAligned(block, byteSize, DEFAULT_ALIGNMENT);
        MemorySegment.copy(old, 0, held(segments[block], block), 0, Math.min(old.byteSize(), byteSize));
        oldArena.close();
        return newAddress;
    }

    @Override
    public void free(int block, long address) {
        held(arenas[block], block).close();
        arenas[block] = null;
        segments[block] = null;
    }

    @Override
    public void close() {
        for (int block = 0; block < arenas.length; block++) {
            Arena arena = arenas[block];
            // After a fault, a confined one may be another thread's: it ends with the process.
            if (arena != null && arena.scope().isAlive() && segmentIsMine(block)) {
                free(block, 0);
            }
        }
    }

    private boolean segmentIsMine(int block) {
        MemorySegment segment = segments[block];
        return segment != null && segment.isAccessibleBy(Thread.currentThread());
    }

    private static <T> T held(@Nullable T value, int block) {
        if (value == null) {
            throw new IllegalStateException("block " + block + ": not live (expected: a live block)");
        }
        return value;
    }
}
