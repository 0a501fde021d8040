package dev.ashlar.movable;

import dev.ashlar.BlockState;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;

/** What a pool has for its movable blocks, once there are any: their arena, their handles, and the passes that move them. */
public final class MovableSpace {
    private final CoreArena arena;
    private final HandleTable handles;
    private final Compactor compactor;
    private final Geometry geometry;

    /**
     * A space without a block.
     *
     * @param poolName for messages
     * @param arena of the blocks, and of no others
     * @param geometry of the regions
     * @param os that takes pages back
     * @param secret that handles begin with
     * @param wipe whether free memory is to be zero
     */
    public MovableSpace(
            String poolName, CoreArena arena, Geometry geometry, OsMemory os, long secret, boolean wipe) {
        this.arena = arena;
        this.geometry = geometry;
        handles = new HandleTable(poolName, geometry.base(), secret);
        compactor = new Compactor(arena, handles, geometry, os, wipe);
    }

    /** The arena of the blocks. */
    public CoreArena arena() {
        return arena;
    }

    /** The handles. */
    public HandleTable handles() {
        return handles;
    }

    /** The passes. */
    public Compactor compactor() {
        return compactor;
    }

    /**
     * Checks that each live block's back reference leads to a handle that leads to the block, and the table's counts. O(blocks + handles).
     *
     * @param quiet whether nobody allocates or frees: then there are as many live blocks as live handles
     * @throws HeapCorruptionException about the first thing that is not as it must be
     */
    public void validate(boolean quiet) {
        compactor.withoutPasses(false, () -> {
            long[] blocks = {0};
            arena.step(space -> {
                space.walk((address, bytes, state) -> {
                    if (state == BlockState.LIVE) {
                        check(address, BackReference.read(address, BlockLayout.unitsFor(bytes)));
                        blocks[0]++;
                    }
                });
                return 0L;
            });
            long live = handles.validate();
            if (quiet && live != blocks[0]) {
                throw new HeapCorruptionException(
                        0, "live handles: %d (expected: %d, one for each live block)".formatted(live, blocks[0]));
            }
        });
    }

    private void check(long block, long handle) {
        if (handles.standing(handle, block) == HandleTable.Standing.DAMAGED) {
            throw new HeapCorruptionException(
                    block,
                    "movable block %s: behind it stands 0x%x (expected: its handle)"
                            .formatted(geometry.describe(block), handle));
        }
    }
}
