package dev.ashlar.pool;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/** Finds what an address from outside names, and whom it belongs to. Reads headers and tables without a lock: what is live stays what it is. */
final class LiveBlocks {
    private final PoolParts parts;
    private final PoolSettings settings;
    private final ArenaGroup arenas;
    private final Geometry geometry;
    private final Owners owners;
    private final @Nullable Guards guards;

    LiveBlocks(PoolParts parts) {
        this.parts = parts;
        settings = parts.settings;
        arenas = parts.arenas;
        geometry = parts.geometry;
        owners = parts.owners;
        guards = parts.guards;
    }

    /** Whether the code that stands at an address is a live cell's, and a slab has that cell. */
    boolean isLiveCell(long address, long code) {
        if (!CellHeaders.isLive(code)) {
            return false;
        }
        long head = arenas.slabs().slabAt(address);
        return head != 0
                && arenas.slabs().indexOf(head, address) >= 0
                && arenas.slabs().sizeClass(head) == CellHeaders.sizeClass(code);
    }

    /** Lets the free of a cell that is handed out go where it is observed. What is no cell goes there anyway, and a budget's cell. */
    void mark(long address) {
        long code = CellHeaders.read(address);
        if (isLiveCell(address, code)) {
            CellHeaders.write(
                    address,
                    CellHeaders.liveCode(
                            CellHeaders.sizeClass(code), Owners.marked(CellHeaders.owner(code))));
        }
    }

    /** Whether an observer may know of a block that is to be freed. */
    boolean mayBeObserved(long address) {
        if (!geometry.isBlockAddress(address)) {
            return false;
        }
        long code = CellHeaders.read(address);
        return !CellHeaders.isLive(code) || Owners.mayBeObserved(CellHeaders.owner(code));
    }

    /** Whom a free is charged back to, or null for the pool itself. */
    @Nullable
    BlockOwner accountOf(long block, int owner, int actual) {
        if (actual == owner) {
            return actual == CellHeaders.POOL ? null : owners.get(actual);
        }
        BlockOwner account = owners.get(actual);
        if (owner == CellHeaders.POOL && account != null && account.poolMayFree()) {
            return account;
        }
        throw new InvalidFreeException(
                Reason.NOT_FROM_POOL,
                block,
                "pool '%s': %s belongs to %s (expected: to %s)"
                        .formatted(settings.name(), geometry.describe(block), describe(actual), describe(owner)));
    }

    /** An owner as messages name it. */
    String describe(int owner) {
        BlockOwner account = owners.get(owner);
        return account == null ? "the pool itself" : account.describe();
    }

    /** Usable bytes of a live block, with its guard. */
    long payloadBytes(long address) {
        parts.checkOpen();
        if (!geometry.isBlockAddress(address)) {
            throw arenas.explain(address);
        }
        long code = CellHeaders.read(address);
        if (isLiveCell(address, code)) {
            return SizeClasses.usableBytes(CellHeaders.sizeClass(code));
        }
        CoreArena arena = arenas.ownerOf(address);
        if (arena == null) {
            throw arenas.diagnosis().explain(address);
        }
        long bytes = arena.blocks().usableBytes(address);
        if (arenas.isOfMovable(arena)) {
            // Its last word is not its holder's: the handle knows the size.
            accountOf(address, CellHeaders.POOL, Owners.MOVABLE);
        }
        return bytes;
    }

    /** How many bytes the holder of a live block may use. */
    long usableBytes(long address) {
        long payloadBytes = payloadBytes(address);
        if (guards == null) {
            return payloadBytes;
        }
        try {
            return guards.requested(address, payloadBytes);
        } catch (HeapCorruptionException e) {
            // Unless it is being freed at this moment, which clears the guard.
            long code = CellHeaders.read(address);
            boolean cell = isLiveCell(address, code);
            int sizeClass = cell ? CellHeaders.sizeClass(code) : -1;
            if (cell) {
                takeFromHolder(address, code, sizeClass);
            }
            parts.withhold(address, sizeClass, e);
            throw e;
        }
    }

    /** The owner of a live block. */
    int ownerOf(long address) {
        long code = CellHeaders.read(address);
        if (isLiveCell(address, code)) {
            return Owners.unmarked(CellHeaders.owner(code));
        }
        CoreArena arena = arenas.ownerOf(address);
        return arena == null ? CellHeaders.POOL : arena.blocks().ownerOf(address);
    }

    /** The holder's last step with a cell of a hardened pool: of several threads that free it, one gets further. */
    void takeFromHolder(long cell, long code, int sizeClass) {
        if (!CellHeaders.exchange(cell, code, CellHeaders.freeCode(sizeClass))) {
            throw new InvalidFreeException(
                    Reason.DOUBLE_FREE,
                    cell,
                    "pool '%s': %s was freed by another thread at the same moment (expected: to be freed once)"
                            .formatted(settings.name(), geometry.describe(cell)));
        }
    }
}
