package dev.ashlar.arena;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.BlockValidator;
import dev.ashlar.slab.SlabTable;
import dev.ashlar.slab.SlabValidator;
import dev.ashlar.slab.Slabs;
import org.jspecify.annotations.Nullable;

/**
 * What an arena's lock guards, and the lock: the parts of a {@link CoreArena} share it.
 *
 * <p>Whoever comes in by {@link #gate} goes out by {@link #exit}, and tells the gate what went wrong in between, as {@link #inside} does.
 */
final class ArenaState {
    private static final VarHandle FREE_BYTES_HINT;

    static {
        try {
            FREE_BYTES_HINT = MethodHandles.lookup().findVarHandle(ArenaState.class, "freeBytesHint", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int number;
    final String poolName;
    final Geometry geometry;
    final BlockSpace space;
    final SlabTable table;
    final Slabs slabs;
    final RemoteQueue queue;
    final OwnedBlocks owned = new OwnedBlocks();
    final StrandedCells stranded;
    final ArenaGate gate;

    /** Whose all blocks here are; {@link CellHeaders#POOL} where each may have an owner of its own. */
    final int soleOwner;

    // Counts; guarded by the lock.
    long refills;
    long blocksServed;
    long cellsServed;
    long callersCells;
    long callersCellBytes;
    long blockBytesServed;
    long withheldCells;
    long withheldCellBytes;

    /** Free bytes when the lock was last given up: whether a visit would pay. */
    @SuppressWarnings("UnusedVariable") // Read and written through FREE_BYTES_HINT.
    private long freeBytesHint;

    ArenaState(
            int number,
            String poolName,
            BlockSpace space,
            SlabTable table,
            boolean keepEmpty,
            boolean wipeCells,
            RemoteQueue queue,
            int soleOwner) {
        this.number = number;
        this.poolName = poolName;
        this.space = space;
        this.table = table;
        this.queue = queue;
        this.soleOwner = soleOwner;
        geometry = space.geometry();
        slabs = new Slabs(table, space, keepEmpty, wipeCells);
        stranded = new StrandedCells(table);
        gate = new ArenaGate(number, poolName, this::validate);
    }

    /** Leaves. */
    void exit() {
        try {
            FREE_BYTES_HINT.setOpaque(this, freeBytes());
        } finally {
            // Also if there is no stack left to count.
            gate.exit();
        }
    }

    /** Does something that is not done for each block, inside. */
    <T extends @Nullable Object> T inside(Supplier<T> action) {
        gate.enter(true);
        try {
            return action.get();
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            exit();
        }
    }

    private long freeBytes() {
        return (space.freeBlocks().units() << BlockLayout.UNIT_SHIFT) + slabs.cellBytes() - slabs.takenBytes();
    }

    /** Bytes that were free here a moment ago, in blocks and in cells; without the lock. */
    long freeBytesHint() {
        return (long) FREE_BYTES_HINT.getOpaque(this);
    }

    /** Whether the region that an address lies in is this arena's; without the lock. */
    boolean isOurs(long address) {
        return space.table().isInUse(geometry.regionAt(address));
    }

    /** Whether each block may have an owner of its own. */
    boolean hasOwners() {
        return soleOwner == CellHeaders.POOL;
    }

    /** Cells of a class were taken out of their slabs, one of them for the caller. */
    void countCells(int sizeClass, int taken) {
        if (taken > 0) {
            cellsServed += taken;
            callersCells++;
            callersCellBytes += SizeClasses.usableBytes(sizeClass);
        }
    }

    /** A block was carved. */
    void countBlock(long units) {
        blocksServed++;
        blockBytesServed += BlockLayout.payloadBytes(units);
    }

    /**
     * Recomputes everything about the blocks and slabs.
     *
     * @throws HeapCorruptionException about the first thing that is not as it must be
     */
    SlabValidator.Cells validate() {
        BlockValidator.validate(space);
        return SlabValidator.validate(slabs, space);
    }
}
