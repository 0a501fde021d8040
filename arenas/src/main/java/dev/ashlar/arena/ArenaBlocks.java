package dev.ashlar.arena;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.os.Memory;
import dev.ashlar.region.BlockLookup;
import dev.ashlar.region.FreeDiagnosis;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/** What is asked of, and done to, the live blocks of an arena that are no cells, by their addresses; under its lock. */
public final class ArenaBlocks {
    private final ArenaState state;
    private final CellIntake intake;
    private final FreeDiagnosis diagnosis;
    private final BlockLookup lookup;

    ArenaBlocks(ArenaState state, CellIntake intake) {
        this.state = state;
        this.intake = intake;
        diagnosis = new FreeDiagnosis("pool '" + state.poolName + "'", state.space);
        lookup = new BlockLookup(state.space, diagnosis);
    }

    /**
     * Frees a block.
     *
     * @param address of a block of this arena, or of anything in its regions
     * @param owner that frees it
     * @param guards that the block has, or null
     * @return its usable bytes, or {@code -1 - owner} if it is another's; nothing has changed then
     * @throws InvalidFreeException if no live block begins there
     * @throws HeapCorruptionException if something next to it is damaged, or its guard; it is withheld then
     */
    public long free(long address, int owner, @Nullable Guards guards) {
        state.gate.enter(true);
        try {
            state.gate.checkServing();
            int word = liveWord(address);
            int actual = ownerInside(address);
            if (actual != owner) {
                return -1L - actual;
            }
            long bytes = BlockLayout.payloadBytes(state.space.unitsOf(address, word));
            if (guards != null) {
                disarm(guards, address, word, bytes);
            }
            state.owned.remove(address);
            state.space.free(address, word);
            intake.drain(CoreArena.BATCHES_A_VISIT);
            return bytes;
        } catch (HeapCorruptionException e) {
            throw state.gate.fence(e);
        } catch (Error e) {
            state.gate.suspect();
            throw e;
        } finally {
            state.exit();
        }
    }

    private void disarm(Guards guards, long block, int word, long bytes) {
        try {
            guards.requested(block, bytes);
        } catch (HeapCorruptionException e) {
            state.space.withhold(block, word);
            state.owned.remove(block);
            throw e;
        }
        state.space.checkFree(block, word);
        Memory.fill(block, bytes, (byte) 0);
    }

    /**
     * Usable bytes of a live block.
     *
     * @throws InvalidFreeException if no live block begins there
     */
    public long usableBytes(long address) {
        return state.inside(() -> {
            state.gate.checkServing();
            return BlockLayout.payloadBytes(state.space.unitsOf(address, liveWord(address)));
        });
    }

    /** The owner of a live block. */
    public int ownerOf(long address) {
        return state.inside(() -> {
            state.gate.checkServing();
            return ownerInside(address);
        });
    }

    private int ownerInside(long block) {
        return state.hasOwners() ? state.owned.get(block) : state.soleOwner;
    }

    /** Changes the size of a live block where it stands; whether that was possible. */
    public boolean resize(long address, long units) {
        return state.inside(() -> {
            state.gate.checkServing();
            int word = liveWord(address);
            long before = state.space.liveBytes();
            boolean resized = state.space.resize(address, word, units);
            countGrowth(before);
            return resized;
        });
    }

    /** Live blocks have more bytes than before by another way than an allocation. */
    private void countGrowth(long liveBytesBefore) {
        state.blockBytesServed += Math.max(0, state.space.liveBytes() - liveBytesBefore);
    }

    /** Word B of a live block. */
    int liveWord(long address) {
        if (!state.isOurs(address)
                && state.space.table().regions().ownerOf(state.geometry.regionOf(address)) != state.number) {
            // Its region went elsewhere since the caller looked: nothing of it was live.
            throw diagnosis.explain(address);
        }
        if (state.slabs.table().slabAt(address) != 0) {
            throw diagnoseInSlab(address);
        }
        return lookup.liveWord(address);
    }

    /** Why an address inside of a slab is no live block. */
    private RuntimeException diagnoseInSlab(long address) {
        return new SlabDiagnosis(state.poolName, state.table, state.geometry).explain(address);
    }

    /**
     * Why an address in a region of this arena can't be freed.
     *
     * @return what to throw
     */
    public RuntimeException diagnose(long address) {
        state.gate.enter(true);
        try {
            state.gate.checkServing();
            liveWord(address);
            return new IllegalStateException("0x%x was freed and allocated again meanwhile".formatted(address));
        } catch (HeapCorruptionException e) {
            return state.gate.fence(e);
        } catch (InvalidFreeException e) {
            return e;
        } finally {
            state.exit();
        }
    }

    /** Takes a live block with damaged contents out of circulation for good. This arena is fenced. */
    public void withhold(long address, HeapCorruptionException found) {
        state.inside(() -> {
            state.gate.fence(found);
            state.space.withhold(address, liveWord(address));
            state.owned.remove(address);
            return null;
        });
    }
}
