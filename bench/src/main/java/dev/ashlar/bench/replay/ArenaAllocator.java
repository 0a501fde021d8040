package dev.ashlar.bench.replay;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;

/**
 * A confined {@link Arena} for each block: what plain Java offers for blocks that are freed one by one. It zeroes each block, and
 * resizes by copying.
 */
final class ArenaAllocator implements ReplayAllocator {
    // Two arrays and not one of pairs: the pair would be an object that nobody asked for.
    private final @Nullable Arena[] arenas;
    private final @Nullable MemorySegment[] segments;

    ArenaAllocator(int blockCount) {
        arenas = new Arena[blockCount];
        segments = new MemorySegment[blockCount];
    }

    @Override
    public long allocate(int block, long byteSize) {
        return allocateAligned(block, byteSize, DEFAULT_ALIGNMENT);
    }

    @Override
    public long allocateAligned(int block, long byteSize, long alignment) {
        Arena arena = Arena.ofConfined();
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
            if (arenas[block] != null) {
                free(block, 0);
            }
        }
    }

    private static <T> T held(@Nullable T value, int block) {
        if (value == null) {
            throw new IllegalStateException("block " + block + ": not live (expected: a live block)");
        }
        return value;
    }
}
