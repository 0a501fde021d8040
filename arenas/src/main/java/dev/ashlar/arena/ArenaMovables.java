package dev.ashlar.arena;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Headers;
import dev.ashlar.os.Memory;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/** The blocks of an arena {@linkplain CoreArena#ofMovable for movable blocks}: each has its handle at its end. Under the arena's lock. */
public final class ArenaMovables {
    private final ArenaState state;
    private final ArenaBlocks blocks;

    ArenaMovables(ArenaState state, ArenaBlocks blocks) {
        this.state = state;
        this.blocks = blocks;
    }

    /**
     * Carves a live block for a handle, which is noted in it before anybody else can come by.
     *
     * @param grow whether to take regions into use
     * @return its address, or 0
     * @throws dev.ashlar.OsException if the operating system refuses to commit a region
     * @throws HeapCorruptionException if the arena is fenced, or is so by this
     */
    public long serve(long units, long handle, boolean grow) {
        state.gate.enter(true);
        try {
            state.gate.checkServing();
            long block = state.space.carve(units, BlockLayout.UNIT_BYTES);
            if (block == 0 && grow) {
                block = state.space.grow(units, BlockLayout.UNIT_BYTES);
            }
            if (block != 0) {
                long carved = state.space.unitsOf(block, state.space.headers().word(block));
                state.countBlock(carved);
                state.blockBytesServed -= BackReference.BYTES;
                BackReference.write(block, carved, handle);
            }
            return block;
        } catch (HeapCorruptionException e) {
            throw state.gate.fence(e);
        } catch (Error e) {
            state.gate.suspect();
            throw e;
        } finally {
            state.exit();
        }
    }

    /**
     * Frees a handle's block, or withholds it if it was written past its end.
     *
     * @param handle that it must be of
     * @param wipe whether it is to be zero afterwards, and what is behind {@code requestedBytes} has been until now
     * @return null, or what was found: the block is withheld then
     * @throws HeapCorruptionException if the arena is fenced, or something next to the block is damaged; nothing has changed then
     */
    public @Nullable HeapCorruptionException free(long block, long handle, long requestedBytes, boolean wipe) {
        state.gate.enter(true);
        try {
            state.gate.checkServing();
            int word = blocks.liveWord(block);
            long units = state.space.unitsOf(block, word);
            HeapCorruptionException found = pastEnd(block, units, handle, requestedBytes, wipe);
            if (found != null) {
                state.space.withhold(block, word);
                return state.gate.fence(found);
            }
            state.space.checkFree(block, word);
            if (wipe) {
                Memory.fill(block, BlockLayout.payloadBytes(units), (byte) 0);
            }
            if (Headers.units(word) == BlockLayout.SPAN_UNITS) {
                state.space.free(block, word);
            } else {
                state.space.held().free(block, Headers.units(word));
            }
            return null;
        } catch (HeapCorruptionException e) {
            throw state.gate.fence(e);
        } catch (Error e) {
            state.gate.suspect();
            throw e;
        } finally {
            state.exit();
        }
    }

    private @Nullable HeapCorruptionException pastEnd(
            long block, long units, long handle, long requestedBytes, boolean wiped) {
        long end = BackReference.address(block, units);
        long noted = BackReference.read(block, units);
        if (noted == handle && (!wiped || Guards.isZero(block + requestedBytes, end - block - requestedBytes))) {
            return null;
        }
        return new HeapCorruptionException(
                block,
                "pool '%s': movable block %s was written past its end of %d bytes: behind it stands 0x%x (expected: its handle 0x%x); the block is withheld"
                        .formatted(state.poolName, state.geometry.describe(block), requestedBytes, noted, handle));
    }
}
