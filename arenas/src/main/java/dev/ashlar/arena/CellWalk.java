package dev.ashlar.arena;

import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.slab.SlabTable;

/** Shows the blocks of an arena in address order, slabs by their cells. */
final class CellWalk {
    private final SlabTable table;
    private final BlockVisitor visitor;

    private CellWalk(SlabTable table, BlockVisitor visitor) {
        this.table = table;
        this.visitor = visitor;
    }

    static void walk(BlockSpace space, SlabTable table, BlockVisitor visitor) {
        CellWalk walk = new CellWalk(table, visitor);
        space.walk(walk::visit);
    }

    private void visit(long address, long usableBytes, BlockState state) {
        long head = state == BlockState.LIVE ? table.slabAt(address) : 0;
        if (head == 0 || table.start(head) != address) {
            visitor.visit(address, usableBytes, state);
            return;
        }
        int cellBytes = SizeClasses.usableBytes(table.sizeClass(head));
        for (int index = 0; index < table.cells(head); index++) {
            visitor.visit(table.cell(head, index), cellBytes, stateOf(head, index));
        }
    }

    private BlockState stateOf(long head, int index) {
        if (table.isFree(head, index)) {
            return BlockState.FREE;
        }
        return CellHeaders.isLive(CellHeaders.read(table.cell(head, index))) ? BlockState.LIVE : BlockState.CACHED;
    }
}
