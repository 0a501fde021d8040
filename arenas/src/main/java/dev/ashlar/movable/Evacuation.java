package dev.ashlar.movable;

import java.util.function.BooleanSupplier;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.Memory;
import dev.ashlar.region.BlockCarver;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/**
 * Moves the blocks of one held region elsewhere, a batch at a time:
 *
 * <pre>{@code
 *     under the lock    places for the next blocks are carved; those that the last batch left are held, or freed if nothing moved there
 *     without           each block: begin of the move, copy, end of the move, which fails if the block was pinned or freed meanwhile
 * }</pre>
 *
 * <p>So the lock is never held for a copy, whatever the size of a block, and nobody waits for one.
 */
final class Evacuation {
    /** How an attempt ended. */
    enum Outcome {
        EMPTIED, PINNED, NO_ROOM, STOPPED
    }

    /** What became of a place that was carved. */
    private enum Fate {
        UNUSED, MOVED, SPOILED
    }

    private static final int BATCH = 64;
    private static final long BATCH_BYTES = 1 << 20;

    /** How often a region is walked again for blocks that were being freed, or pinned for a moment. */
    private static final int ROUNDS = 4;

    private final Slices slices;
    private final HandleTable table;
    private final Geometry geometry;
    private final boolean wipe;
    private final BooleanSupplier stop;

    private final long[] handles = new long[BATCH];
    private final long[] sources = new long[BATCH];
    private final long[] targets = new long[BATCH];
    private final int[] sourceUnits = new int[BATCH];
    private final int[] targetUnits = new int[BATCH];
    private final long[] requestedBytes = new long[BATCH];
    private final Fate[] fates = new Fate[BATCH];
    private int count;

    private long movedBytes;
    private long movedBlocks;
    private long abortedMoves;
    private long pinnedBlocks;
    private @Nullable Outcome ended;
    private boolean again;
    private @Nullable HeapCorruptionException damage;

    /**
     * Moves nothing yet.
     *
     * @param wipe whether free memory is to be zero
     * @param stop asked before each batch
     */
    Evacuation(Slices slices, HandleTable table, Geometry geometry, boolean wipe, BooleanSupplier stop) {
        this.slices = slices;
        this.table = table;
        this.geometry = geometry;
        this.wipe = wipe;
        this.stop = stop;
    }

    /**
     * Empties a held region, or the held end of one, or leaves it when something stands in the way.
     *
     * @param from its first block
     * @param end of the region
     * @throws HeapCorruptionException if damage was found; the arena is fenced
     */
    Outcome empty(long from, long end) {
        ended = null;
        for (int round = 0; round < ROUNDS; round++) {
            again = false;
            walk(from, end);
            if (ended != null) {
                return ended;
            }
            if (!again) {
                return Outcome.EMPTIED;
            }
        }
        return Outcome.PINNED;
    }

    private void walk(long begin, long end) {
        long at = begin;
        while (at != end && ended == null) {
            if (stop.getAsBoolean()) {
                ended = Outcome.STOPPED;
                return;
            }
            long from = at;
            try {
                at = slices.run(space -> pick(space, from, end));
                move();
            } finally {
                // Also if there is no memory or stack left: what was carved is filled, or goes back.
                while (count > 0 || damage != null) {
                    slices.run(this::settle);
                }
            }
        }
    }

    // Under the lock

    /** Carves places for the next blocks; returns where the walk stopped. */
    private long pick(BlockSpace space, long from, long end) {
        long block = from;
        long bytes = 0;
        while (block != end && count < BATCH && bytes < BATCH_BYTES) {
            int word = space.headers().word(block);
            int blockUnits = Headers.units(word);
            if (Headers.state(word) == BlockLayout.LIVE) {
                pickLive(space, block, blockUnits);
                if (ended != null) {
                    return block;
                }
                bytes += BlockLayout.payloadBytes(blockUnits);
            }
            block = BlockCarver.behind(block, blockUnits);
            if (slices.isOver()) {
                break;
            }
        }
        return block;
    }

    private void pickLive(BlockSpace space, long block, int blockUnits) {
        long handle = BackReference.read(block, blockUnits);
        switch (table.standing(handle, block)) {
            case IN_TRANSIT -> again = true;
            case PINNED -> {
                pinnedBlocks++;
                ended = Outcome.PINNED;
            }
            case DAMAGED -> damaged(new HeapCorruptionException(
                    block,
                    "movable block %s: behind it stands 0x%x, which is no handle of it (expected: untouched); it was written past its end"
                            .formatted(geometry.describe(block), handle)));
            case MOVABLE -> pickMovable(space, block, blockUnits, handle);
        }
    }

    private void pickMovable(BlockSpace space, long block, int blockUnits, long handle) {
        long target;
        try {
            // A block may have a unit more than it needs, where the rest was none.
            target = space.carve(
                    BlockLayout.unitsFor(table.bytesOf(handle) + BackReference.BYTES), BlockLayout.UNIT_BYTES);
        } catch (HeapCorruptionException e) {
            damaged(e);
            return;
        }
        if (target == 0) {
            ended = Outcome.NO_ROOM;
            return;
        }
        handles[count] = handle;
        sources[count] = block;
        targets[count] = target;
        sourceUnits[count] = blockUnits;
        targetUnits[count] = Headers.units(space.headers().word(target));
        requestedBytes[count] = table.bytesOf(handle);
        fates[count] = Fate.UNUSED;
        count++;
    }

    /** Noted, and thrown when what was carved has gone back. */
    private void damaged(HeapCorruptionException found) {
        damage = damage == null ? found : damage;
        ended = Outcome.STOPPED;
    }

    /** Holds what was left, and frees what was not taken; throws, when all of that is done, what was found damaged. */
    private long settle(BlockSpace space) {
        while (count > 0) {
            // Counted first: what can't be settled is not tried again.
            count--;
            try {
                settle(space, count);
            } catch (HeapCorruptionException e) {
                damaged(e);
            }
            if (slices.isOver()) {
                break;
            }
        }
        HeapCorruptionException found = damage;
        if (count == 0 && found != null) {
            damage = null;
            throw found;
        }
        return 0;
    }

    private void settle(BlockSpace space, int i) {
        switch (fates[i]) {
            case MOVED -> space.held().hold(sources[i], sourceUnits[i]);
            case UNUSED -> space.free(targets[i], space.headers().word(targets[i]));
            case SPOILED -> space.withhold(targets[i], space.headers().word(targets[i]));
        }
    }

    // Without the lock

    private void move() {
        for (int i = 0; i < count; i++) {
            if (move(i)) {
                fates[i] = Fate.MOVED;
                movedBlocks++;
                movedBytes += BlockLayout.payloadBytes(sourceUnits[i]) - BackReference.BYTES;
            } else {
                again = true;
            }
        }
    }

    private boolean move(int i) {
        long source = sources[i];
        long target = targets[i];
        long bytes = requestedBytes[i];
        if ((wipe && !isSound(i)) || !table.beginMove(handles[i], source)) {
            return false;
        }
        // A holder who pins it now may write to it at the same time: what is copied is not taken then.
        Memory.copyWords(source, target, bytes);
        BackReference.write(target, targetUnits[i], handles[i]);
        boolean taken = table.endMove(handles[i], source, target);
        if (!taken) {
            abortedMoves++;
        }
        if (wipe) {
            int units = taken ? sourceUnits[i] : targetUnits[i];
            Memory.fill(taken ? source : target, BlockLayout.payloadBytes(units), (byte) 0);
        }
        return taken;
    }

    /** Hardened: nobody wrote into the place while it was free, nor past the end of the block, whose free will say so. */
    private boolean isSound(int i) {
        if (!Guards.isZero(targets[i], BlockLayout.payloadBytes(targetUnits[i]))) {
            fates[i] = Fate.SPOILED;
            damaged(new HeapCorruptionException(
                    targets[i],
                    "free memory at %s was written (expected: zero); the block is withheld"
                            .formatted(geometry.describe(targets[i]))));
            return false;
        }
        long end = sources[i] + requestedBytes[i];
        return Guards.isZero(end, BackReference.address(sources[i], sourceUnits[i]) - end);
    }

    // Counts

    long movedBytes() {
        return movedBytes;
    }

    long movedBlocks() {
        return movedBlocks;
    }

    long abortedMoves() {
        return abortedMoves;
    }

    long pinnedBlocks() {
        return pinnedBlocks;
    }
}
