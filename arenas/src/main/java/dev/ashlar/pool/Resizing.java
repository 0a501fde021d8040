package dev.ashlar.pool;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.OsException;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Memory;
import dev.ashlar.record.Observers;
import dev.ashlar.record.Sampler.Sample;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/** Changing sizes, where the hot path does not end: blocks, other owners, hardened pools, alignments. */
final class Resizing {
    private final PoolParts parts;
    private final PoolSettings settings;
    private final ArenaGroup arenas;
    private final Geometry geometry;
    private final Owners owners;
    private final @Nullable Guards guards;
    private final LiveBlocks live;
    private final Allocation allocation;
    private final Freeing freeing;

    Resizing(PoolParts parts, LiveBlocks live, Allocation allocation, Freeing freeing) {
        this.parts = parts;
        settings = parts.settings;
        arenas = parts.arenas;
        geometry = parts.geometry;
        owners = parts.owners;
        guards = parts.guards;
        this.live = live;
        this.allocation = allocation;
        this.freeing = freeing;
    }

    /** Changes the size of a block, in place or by moving it; aligned if it moves. */
    long resize(long address, long byteSize, long alignment) {
        PoolParts.checkSize(byteSize);
        PoolParts.checkAlignment(alignment);
        long usable = live.usableBytes(address);
        int owner = live.ownerOf(address);
        if (owner == Owners.SCOPES) {
            throw new InvalidFreeException(
                    Reason.NOT_FROM_POOL,
                    address,
                    "pool '%s': %s belongs to %s (expected: to the pool or a budget)"
                            .formatted(settings.name(), geometry.describe(address), live.describe(owner)));
        }
        Observers observers = parts.observation.observers();
        if (owner == CellHeaders.POOL && staysAt(address, usable, byteSize, alignment)) {
            if (observers != null
                    && observers.resized(
                            observers.claim(), observers.take(address), address, address, byteSize, owner, true)) {
                live.mark(address);
            }
            return address;
        }
        BlockOwner account = owners.get(owner);
        long moved =
                account == null ? allocation.allocateUnrecorded(byteSize, alignment, owner)
                        : account.allocate(byteSize, alignment);
        Memory.copy(address, moved, Math.min(usable, byteSize));
        if (observers == null) {
            giveUp(address, moved, owner);
        } else {
            giveUpObserved(observers, address, moved, byteSize, owner);
        }
        return moved;
    }

    private void giveUp(long address, long moved, int owner) {
        try {
            freeing.freeUnrecorded(address, owner);
        } catch (RuntimeException e) {
            freeing.freeUnrecorded(moved, owner);
            throw e;
        }
    }

    private void giveUpObserved(Observers observers, long address, long moved, long byteSize, int owner) {
        long place = observers.claim();
        Sample sample = observers.take(address);
        boolean happened = false;
        boolean wanted = false;
        try {
            giveUp(address, moved, owner);
            happened = true;
        } finally {
            wanted = observers.resized(place, sample, address, moved, byteSize, owner, happened);
        }
        if (wanted) {
            live.mark(moved);
        }
    }

    private boolean staysAt(long address, long usable, long byteSize, long alignment) {
        if (guards != null || (address & (alignment - 1)) != 0 || byteSize > geometry.byteSize()) {
            return false;
        }
        if (CellHeaders.isIntact(CellHeaders.read(address))) {
            return PoolEngine.staysInCell(usable, byteSize);
        }
        if (byteSize <= SizeClasses.MAX_BYTES) {
            return false;
        }
        CoreArena arena = arenas.ownerOf(address);
        if (arena == null) {
            return false;
        }
        try {
            boolean stays = arena.blocks().resize(address, BlockLayout.unitsFor(byteSize));
            if (stays && byteSize < usable) {
                parts.memoryReturned();
            }
            return stays;
        } catch (OsException e) {
            // The block may still find room elsewhere, and if not, that allocation says why.
            return false;
        }
    }
}
