package dev.ashlar.heap;

import java.util.List;

import dev.ashlar.BlockVisitor;
import dev.ashlar.Coalescing;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.OsException;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.Memory;
import dev.ashlar.region.BlockLookup;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.BlockValidator;
import dev.ashlar.region.FreeDiagnosis;
import dev.ashlar.region.Guards;
import dev.ashlar.region.ServableRequests;
import org.jspecify.annotations.Nullable;

/**
 * The heap by address: checks what callers give, decides when to merge, grow, and give back, and fences itself when damage is found.
 *
 * <pre>{@code
 *     allocate -> BlockSpace.carve -> BlockCarver.carve -> FreeBlocks.find, check, remove -> the rest becomes a free block
 *                  none: allocateSlowly -> merge what is pending, if worth it -> grow -> merge all of it -> exhausted
 *     free     -> liveWord: in range? a block's start? header intact, and live? inside its region?
 *              -> BlockSpace.free -> BlockCarver.free -> check both neighbours, merge, insert
 *                  more regions wholly free than are to be kept: release them
 * }</pre>
 */
final class BlockHeap {
    private enum Status {
        OPEN,
        FENCED,
        CLOSED
    }

    private static final System.Logger LOG = System.getLogger("dev.ashlar");

    private final String name;
    private final BlockSpace space;
    private final Geometry geometry;
    private final Headers headers;
    private final @Nullable Guards guards;
    private final long guardBytes;
    private final boolean deferred;
    private final double pendingShare;
    private final int retainedRegions;
    private final FreeDiagnosis diagnosis;
    private final BlockLookup lookup;

    private Status status = Status.OPEN;
    private @Nullable HeapCorruptionException damage;
    private long failedReleases;

    /** What may be pending, by the committed bytes when it was last looked at: a free compares with it, and only then looks again. */
    private long pendingLimitBytes;

    BlockHeap(HeapBuilder settings, BlockSpace space, @Nullable Guards guards) {
        this.space = space;
        this.guards = guards;
        name = settings.name;
        geometry = space.geometry();
        headers = space.headers();
        guardBytes = guards == null ? 0 : Guards.BYTES;
        deferred = settings.coalescing == Coalescing.DEFERRED;
        pendingShare = settings.pendingShare;
        retainedRegions = settings.retainedRegions(geometry.regionBytes());
        diagnosis = new FreeDiagnosis("heap '" + name + "'", space);
        lookup = new BlockLookup(space, diagnosis);
    }

    BlockSpace space() {
        return space;
    }

    FreeDiagnosis diagnosis() {
        return diagnosis;
    }

    long allocate(long byteSize, long alignment) {
        checkServing();
        checkSize(byteSize);
        checkAlignment(alignment);
        try {
            if (byteSize > geometry.byteSize()) {
                throw Exhaustion.ofRequest(name, space, byteSize, alignment);
            }
            long units = BlockLayout.unitsFor(byteSize + guardBytes);
            long block = space.carve(units, alignment);
            if (block == 0) {
                try {
                    block = allocateSlowly(units, byteSize, alignment);
                } finally {
                    // Merging may have emptied more regions than are to be kept.
                    releaseSurplus();
                }
            }
            if (guards != null) {
                arm(guards, block, byteSize);
            }
            return block;
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    /** No free block serves the request as it is. */
    private long allocateSlowly(long units, long byteSize, long alignment) {
        if (coalesceAbove(pendingShare)) {
            long block = space.carve(units, alignment);
            if (block != 0) {
                return block;
            }
        }
        OsException refusal = null;
        try {
            long block = space.grow(units, alignment);
            if (block != 0) {
                return block;
            }
        } catch (OsException e) {
            refusal = e;
        }
        if (coalesceAbove(0)) {
            // Merging may have emptied regions, too.
            long block = space.carve(units, alignment);
            if (block == 0 && refusal == null) {
                block = space.grow(units, alignment);
            }
            if (block != 0) {
                return block;
            }
        }
        throw refusal == null
                ? Exhaustion.ofRequest(name, space, byteSize, alignment)
                : Exhaustion.ofCommit(name, space, byteSize, alignment, refusal);
    }

    private void arm(Guards guards, long block, long byteSize) {
        int word = headers.word(block);
        long payloadBytes = BlockLayout.payloadBytes(space.unitsOf(block, word));
        if (!Guards.isZero(block, payloadBytes)) {
            HeapCorruptionException written = guards.writtenWhileFree(block, payloadBytes);
            space.withhold(block, word);
            throw written;
        }
        guards.arm(block, payloadBytes, byteSize);
    }

    void free(long address) {
        checkServing();
        try {
            int word = lookup.liveWord(address);
            if (guards != null) {
                disarm(guards, address, word);
            }
            if (deferred) {
                space.freeDeferred(address, word);
                if (space.ledger().pendingBytes() > pendingLimitBytes) {
                    coalesceAbove(pendingShare);
                }
            } else {
                space.free(address, word);
            }
            releaseSurplus();
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    private void disarm(Guards guards, long block, int word) {
        checkGuard(guards, block, word);
        space.checkFree(block, word);
        Memory.fill(block, BlockLayout.payloadBytes(space.unitsOf(block, word)), (byte) 0);
    }

    /** How many bytes were asked for; a live block whose guard is damaged is withheld. */
    private long checkGuard(Guards guards, long block, int word) {
        try {
            return guards.requested(block, BlockLayout.payloadBytes(space.unitsOf(block, word)));
        } catch (HeapCorruptionException e) {
            space.withhold(block, word);
            throw e;
        }
    }

    boolean tryResize(long address, long byteSize, long alignment) {
        checkServing();
        checkSize(byteSize);
        checkAlignment(alignment);
        try {
            int word = lookup.liveWord(address);
            if (guards != null || (address & (alignment - 1)) != 0 || byteSize > geometry.byteSize()) {
                return false;
            }
            boolean resized = space.resize(address, word, BlockLayout.unitsFor(byteSize));
            if (resized) {
                releaseSurplus();
            }
            return resized;
        } catch (HeapCorruptionException e) {
            throw fence(e);
        } catch (OsException e) {
            // The block may still find room elsewhere, and if not, that allocation says why.
            releaseSurplus();
            return false;
        }
    }

    long resize(long address, long byteSize, long alignment) {
        if (tryResize(address, byteSize, alignment)) {
            return address;
        }
        long kept = Math.min(byteSize, usableSize(address));
        long moved = allocate(byteSize, alignment);
        Memory.copy(address, moved, kept);
        free(address);
        return moved;
    }

    long usableSize(long address) {
        checkServing();
        try {
            int word = lookup.liveWord(address);
            return guards == null
                    ? BlockLayout.payloadBytes(space.unitsOf(address, word))
                    : checkGuard(guards, address, word);
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    /** Usable bytes and guard of a live block, of which both are sound. */
    long payloadBytes(long address) {
        try {
            int word = lookup.liveWord(address);
            if (guards != null) {
                checkGuard(guards, address, word);
            }
            return BlockLayout.payloadBytes(space.unitsOf(address, word));
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    /** Merges all pending blocks if they hold more than a share of committed memory; whether they did. */
    private boolean coalesceAbove(double share) {
        pendingLimitBytes = (long) (pendingShare * space.table().committedBytes());
        if (space.ledger().pendingBytes() <= (share == 0 ? 0 : pendingLimitBytes)) {
            return false;
        }
        space.coalesce();
        return true;
    }

    long coalesce() {
        long merged = coalesceAll();
        releaseSurplus();
        return merged;
    }

    private long coalesceAll() {
        checkServing();
        try {
            return space.coalesce();
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    long purge() {
        checkServing();
        try {
            return space.purge();
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    long trim() {
        coalesceAll();
        return space.table().release(0);
    }

    /** Gives back what is wholly free beyond what is to be kept. A refusal is noted: the regions stay, and stay usable. */
    private void releaseSurplus() {
        if (space.table().retainedRegions() > retainedRegions) {
            try {
                space.table().release(retainedRegions);
            } catch (OsException e) {
                failedReleases++;
                LOG.log(System.Logger.Level.WARNING, "heap '" + name + "': a free region stays committed", e);
            }
        }
    }

    HeapStatistics statistics() {
        checkOpen();
        return space.statistics();
    }

    long failedReleases() {
        return failedReleases;
    }

    List<SizeClassFragmentation> fragmentationBySizeClass() {
        checkServing();
        ServableRequests servable = new ServableRequests();
        try {
            space.walk((address, usableBytes, state) -> servable.add(usableBytes, state));
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
        return servable.bySizeClass();
    }

    void walk(BlockVisitor visitor) {
        checkServing();
        try {
            space.walk(visitor);
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    boolean isAllocated(long address, long byteSize) {
        checkServing();
        checkSize(byteSize);
        try {
            return byteSize != 0 && space.isAllocated(address, byteSize);
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    void validate() {
        checkOpen();
        try {
            BlockValidator.validate(space);
            if (guards != null) {
                validateContents(guards);
            }
        } catch (HeapCorruptionException e) {
            throw fence(e);
        }
    }

    /** In a hardened heap: live blocks' guards are whole, and what is not live is zero behind its links. */
    private void validateContents(Guards guards) {
        space.walk((address, usableBytes, state) -> {
            switch (state) {
                case LIVE -> guards.requested(address, usableBytes);
                case FREE, CACHED -> {
                    int links = BlockLayout.linkBytes(BlockLayout.unitsFor(usableBytes));
                    if (!Guards.isZero(address + links, usableBytes - links)) {
                        throw guards.writtenWhileFree(address + links, usableBytes - links);
                    }
                }
                case WITHHELD -> {
                    // Its contents are what it is withheld for.
                }
            }
        });
    }

    void recover() {
        validate();
        status = Status.OPEN;
        damage = null;
    }

    boolean isFenced() {
        return status == Status.FENCED;
    }

    boolean isClosed() {
        return status == Status.CLOSED;
    }

    void closed() {
        status = Status.CLOSED;
    }

    private HeapCorruptionException fence(HeapCorruptionException found) {
        if (status == Status.OPEN) {
            status = Status.FENCED;
            damage = found;
        }
        return found;
    }

    /** For what needs no more than the heap's memory to be there. */
    void checkOpen() {
        if (status == Status.CLOSED) {
            throw new IllegalStateException("heap '" + name + "' is closed (expected: open)");
        }
    }

    /** For what relies on its blocks. */
    void checkServing() {
        if (status != Status.OPEN) {
            refuse();
        }
    }

    private void refuse() {
        checkOpen();
        HeapCorruptionException since = damage;
        if (since != null) {
            throw new HeapCorruptionException(
                    "heap '" + name + "' is fenced (expected: recovered) since " + since.getMessage(), since);
        }
    }

    private static void checkSize(long byteSize) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize: " + byteSize + " (expected: 0 or more)");
        }
    }

    private static void checkAlignment(long alignment) {
        if (alignment <= 0 || (alignment & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("alignment: " + alignment + " (expected: a power of two)");
        }
    }
}
