package dev.ashlar.arena;

import dev.ashlar.MemoryState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.region.RegionWalk;
import dev.ashlar.slab.SlabTable;

import static dev.ashlar.block.BlockLayout.HEADER_BYTES;

/** Shows what a live block of an arena consists of: a slab its cells and what they leave. */
final class BlockPieces implements RegionWalk.Contents {
    private final SlabTable table;
    private final WaitingCells waiting;
    private final RegionVisitor visitor;

    BlockPieces(SlabTable table, WaitingCells waiting, RegionVisitor visitor) {
        this.table = table;
        this.waiting = waiting;
        this.visitor = visitor;
    }

    /** Movable blocks have a {@link BackReference} behind what their holder may use, and are no slabs. */
    static RegionWalk.Contents ofMovable(RegionVisitor visitor) {
        return (block, bytes) -> {
            showBlock(visitor, block, bytes - BackReference.BYTES, MemoryState.LIVE);
            visitor.piece(block + bytes - BackReference.BYTES, BackReference.BYTES, MemoryState.HEADER);
        };
    }

    private static void showBlock(RegionVisitor visitor, long block, long bytes, MemoryState state) {
        visitor.block(block, bytes, state);
        visitor.piece(block - HEADER_BYTES, HEADER_BYTES, MemoryState.HEADER);
        visitor.piece(block, bytes, state);
    }

    @Override
    public void show(long block, long usableBytes) {
        long head = table.slabAt(block);
        if (head == 0 || table.start(head) != block) {
            showBlock(visitor, block, usableBytes, MemoryState.LIVE);
            return;
        }
        visitor.piece(block - HEADER_BYTES, HEADER_BYTES, MemoryState.HEADER);
        int cells = table.cells(head);
        int bytes = SizeClasses.usableBytes(table.sizeClass(head));
        int stride = SizeClasses.strideBytes(table.sizeClass(head));
        long cell = table.cell(head, 0);
        showRest(block, cell - HEADER_BYTES);
        for (int index = 0; index < cells; index++, cell += stride) {
            showBlock(visitor, cell, bytes, stateOf(head, index, cell));
        }
        showRest(cell - HEADER_BYTES, block + usableBytes);
    }

    private void showRest(long from, long to) {
        if (from < to) {
            visitor.piece(from, to - from, MemoryState.OVERHEAD);
        }
    }

    private MemoryState stateOf(long head, int index, long cell) {
        if (table.isFree(head, index)) {
            return MemoryState.FREE;
        }
        if (CellHeaders.isLive(CellHeaders.read(cell))) {
            return MemoryState.LIVE;
        }
        return waiting.contains(cell) ? MemoryState.QUEUED : MemoryState.CACHED;
    }
}
