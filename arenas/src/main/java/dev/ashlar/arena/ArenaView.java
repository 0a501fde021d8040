package dev.ashlar.arena;

import dev.ashlar.BlockState;
import dev.ashlar.BlockVisitor;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.RegionState;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.region.RegionWalk;
import dev.ashlar.slab.SlabValidator;

/** An arena to be looked at: its counts, its blocks, and whether all of that is sound. Under its lock, and nothing changes. */
public final class ArenaView {
    private final ArenaState state;

    ArenaView(ArenaState state) {
        this.state = state;
    }

    /** What this arena counts. */
    public ArenaFigures figures() {
        return state.inside(this::figuresInside);
    }

    ArenaFigures figuresInside() {
        HeapStatistics blocks = state.space.statistics();
        long references = state.hasOwners() ? 0 : blocks.liveBlocks() * BackReference.BYTES;
        return new ArenaFigures(
                state.number,
                state.space.table().regionsInUse(),
                blocks.committedBytes(),
                blocks.liveBytes() - state.slabs.slabBytes() - references,
                blocks.liveBlocks() - state.slabs.slabBlocks(),
                state.slabs.takenBytes() - state.withheldCellBytes,
                state.slabs.takenCells() - state.withheldCells,
                blocks.freeBytes() + blocks.pendingBytes(),
                blocks.freeBlocks() + blocks.pendingBlocks(),
                state.slabs.cellBytes() - state.slabs.takenBytes(),
                state.slabs.cells() - state.slabs.takenCells(),
                blocks.largestFreeBytes(),
                state.slabs.slabBlocks(),
                state.slabs.emptySlabs(),
                blocks.headerBytes() + references + state.slabs.cells() * BlockLayout.HEADER_BYTES,
                blocks.overheadBytes() + state.slabs.tailBytes() + state.withheldCellBytes,
                state.queue.bytes() + state.stranded.bytes(),
                state.queue.cells() + state.stranded.count(),
                state.refills,
                state.cellsServed,
                state.blocksServed,
                state.callersCells,
                state.callersCellBytes,
                state.blockBytesServed,
                state.slabs.doubleFrees(),
                blocks.withheldBlocks() + state.withheldCells,
                state.gate.isFenced());
    }

    /**
     * Shows the blocks of this arena in address order, slabs by their cells, under its lock: O(blocks), and for tests and pictures. Which
     * taken cells are live and which are cached is a guess while others allocate and free.
     */
    public void walk(BlockVisitor visitor) {
        state.inside(() -> {
            if (state.hasOwners()) {
                CellWalk.walk(state.space, state.table, visitor);
            } else {
                state.space.walk((address, bytes, state) -> visitor.visit(
                        address, state == BlockState.LIVE ? bytes - BackReference.BYTES : bytes, state));
            }
            return null;
        });
    }

    /**
     * Shows a region of this arena, in pieces, under its lock.
     *
     * @param waiting cells of this arena that wait in its queue
     * @return false if the region is another's, or nobody's, by now; nothing has been shown then
     * @throws IllegalStateException if the pool is closed
     */
    public boolean show(int region, RegionWalk walk, WaitingCells waiting) {
        return state.inside(() -> {
            state.gate.serves();
            if (!state.space.table().isInUse(region)) {
                return false;
            }
            walk.visitor().region(
                    region,
                    state.geometry.regionStart(region),
                    state.space.table().regions().tableBytesEach(),
                    RegionState.IN_USE,
                    state.number);
            walk.show(
                    state.space,
                    region,
                    state.hasOwners()
                            ? new BlockPieces(state.table, waiting, walk.visitor())
                            : BlockPieces.ofMovable(walk.visitor()));
            return true;
        });
    }

    /** The cells that wait in this arena's queue at this moment. */
    public WaitingCells waitingCells() {
        return state.inside(() -> WaitingCells.of(state.queue, state.stranded));
    }

    /**
     * Recomputes everything about this arena's blocks and slabs.
     *
     * @return the cells that callers hold; exact when nobody allocates or frees
     * @throws HeapCorruptionException about the first thing that is not as it must be; the arena is fenced then
     */
    public SlabValidator.Cells validate() {
        return state.inside(state::validate);
    }
}
