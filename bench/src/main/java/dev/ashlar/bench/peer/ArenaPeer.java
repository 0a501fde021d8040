package dev.ashlar.bench.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** A plain {@link Arena} for each block: what Java offers for blocks that are freed one by one. It zeroes, and resizes by copying. */
final class ArenaPeer implements Peer {
    private static final long ALIGNMENT = 16;

    private final Supplier<Arena> arenas;

    ArenaPeer(Supplier<Arena> arenas) {
        this.arenas = arenas;
    }

    @Override
    public Blocks newBlocks(int slotCount) {
        return new ArenaBlocks(slotCount);
    }

    @Override
    public Worker newWorker() {
        return new ArenaWorker(arenas);
    }

    @Override
    public boolean hasScopes() {
        return true;
    }

    @Override
    public Arena openScope() {
        return Arena.ofConfined();
    }

    @Override
    public void close() {}

    /** A segment does not lead to its arena, so both are kept; in one object, so that two threads can exchange them in one step. */
    private record ArenaBlock(Arena arena, MemorySegment segment) {}

    private static final class ArenaBlocks extends SegmentBlocks<ArenaBlock> {
        ArenaBlocks(int slotCount) {
            super(slotCount, ArenaBlock.class);
        }

        @Override
        MemorySegment segment(ArenaBlock block) {
            return block.segment();
        }
    }

    private static final class ArenaWorker implements Worker {
        private final Supplier<Arena> arenas;

        ArenaWorker(Supplier<Arena> arenas) {
            this.arenas = arenas;
        }

        @Override
        public void allocate(Blocks blocks, int slot, long byteSize) {
            allocateAligned(blocks, slot, byteSize, ALIGNMENT);
        }

        @Override
        public void allocateAligned(Blocks blocks, int slot, long byteSize, long alignment) {
            Arena arena = arenas.get();
            ((ArenaBlocks) blocks).put(slot, new ArenaBlock(arena, arena.allocate(byteSize, alignment)));
        }

        @Override
        public void resize(Blocks blocks, int slot, long byteSize) {
            ArenaBlocks all = (ArenaBlocks) blocks;
            ArenaBlock old = all.take(slot);
            allocate(blocks, slot, byteSize);
            MemorySegment.copy(
                    old.segment(),
                    0,
                    all.get(slot).segment(),
                    0,
                    Math.min(old.segment().byteSize(), byteSize));
            old.arena().close();
        }

        @Override
        public void free(Blocks blocks, int slot) {
            ((ArenaBlocks) blocks).take(slot).arena().close();
        }

        @Override
        public void close() {}
    }
}
