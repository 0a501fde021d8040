package dev.ashlar.pool;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.MovableStatistics;
import dev.ashlar.OsException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.defrag.DefragSpace;
import dev.ashlar.movable.HandleTable;
import dev.ashlar.movable.MovableSpace;
import dev.ashlar.os.Memory;
import dev.ashlar.region.Guards;
import org.jspecify.annotations.Nullable;

/**
 * The pool's movable blocks by handle.
 *
 * <pre>{@code
 *     allocate -> HandleTable.reserve -> CoreArena.serveMovable       its own free space, or a new region
 *                                     -> Supply.reclaim               what other arenas can give back
 *                                     -> Compactor.makeRoom
 *                                     -> PressureCallbacks -> PoolExhaustedException
 *                 HandleTable.publish
 *     pin      -> HandleTable.pin                                     one exchange, and no lock
 *     free     -> HandleTable.beginFree -> CoreArena.freeMovable -> HandleTable.release
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class Movables {
    private final PoolParts parts;
    private final PoolSettings settings;
    private final Geometry geometry;
    private final LongAdder pins = new LongAdder();
    private final LongAdder unpins = new LongAdder();
    private final LongAdder ownPasses = new LongAdder();
    private final LongAdder vainPasses = new LongAdder();
    private volatile @Nullable MovableSpace space;

    Movables(PoolParts parts) {
        this.parts = parts;
        settings = parts.settings;
        geometry = parts.geometry;
    }

    /** What there is, or null as long as no movable block was ever asked for. */
    @Nullable
    MovableSpace spaceOrNull() {
        return space;
    }

    private MovableSpace space() {
        MovableSpace now = space;
        return now != null ? now : newSpace();
    }

    private synchronized MovableSpace newSpace() {
        MovableSpace now = space;
        if (now == null) {
            now = new MovableSpace(
                    settings.name(),
                    parts.arenas.movable(parts::isClosed),
                    geometry,
                    settings.os(),
                    settings.secret(),
                    settings.hardened());
            space = now;
        }
        return now;
    }

    /** The handles, for who has one: without any, it is none of this pool. */
    private HandleTable handles() {
        parts.checkOpen();
        return space().handles();
    }

    // Allocating

    /**
     * Allocates a movable block.
     *
     * @return its handle
     * @throws IllegalArgumentException if the size is negative
     * @throws PoolExhaustedException if there is no room, and pressure callbacks made none
     */
    public long allocate(long byteSize) {
        PoolParts.checkSize(byteSize);
        parts.checkOpen();
        if (byteSize > geometry.byteSize() - BackReference.BYTES) {
            throw exhausted(byteSize, null);
        }
        MovableSpace now = space();
        HandleTable handles = now.handles();
        long handle = handles.reserve(byteSize);
        long block = 0;
        try {
            block = find(now, handle, byteSize);
            finish(now, block, byteSize);
            handles.publish(handle, block);
            return handle;
        } catch (Throwable e) {
            if (block != 0 && !(e instanceof HeapCorruptionException)) {
                // No stack left: nobody has the block, and it must not be found without a handle.
                now.arena().movables().free(block, handle, byteSize, settings.hardened());
            }
            handles.cancel(handle);
            throw e;
        }
    }

    private long find(MovableSpace in, long handle, long byteSize) {
        Attempt attempt = new Attempt(in, handle, BlockLayout.unitsFor(byteSize + BackReference.BYTES));
        if (attempt.succeeds()) {
            return attempt.block;
        }
        parts.supply.reclaim();
        if (attempt.succeeds()) {
            return attempt.block;
        }
        // Also after a pass in vain: another one may have ended for this.
        in.compactor().makeRoom(changes(in));
        if (attempt.succeeds()) {
            return attempt.block;
        }
        parts.pressure.call(byteSize, attempt::succeeds);
        if (attempt.block != 0) {
            return attempt.block;
        }
        throw exhausted(byteSize, attempt.refusal);
    }

    private PoolExhaustedException exhausted(long byteSize, @Nullable OsException refusal) {
        return parts.exhausted(byteSize, BlockLayout.UNIT_BYTES, refusal);
    }

    /** One request on its way. */
    private static final class Attempt {
        private final MovableSpace in;
        private final long handle;
        private final long units;
        private long block;
        private @Nullable OsException refusal;

        Attempt(MovableSpace in, long handle, long units) {
            this.in = in;
            this.handle = handle;
            this.units = units;
        }

        boolean succeeds() {
            try {
                block = in.arena().movables().serve(units, handle, true);
            } catch (OsException e) {
                refusal = e;
            }
            return block != 0;
        }
    }

    /** Zeroed, if the pool is to hand memory out so; and checked, if it must be so already. */
    private void finish(MovableSpace in, long block, long byteSize) {
        if (settings.hardened()) {
            Guards guards = parts.guards;
            long usable = in.arena().blocks().usableBytes(block) - BackReference.BYTES;
            if (guards != null && !Guards.isZero(block, usable)) {
                HeapCorruptionException written = guards.writtenWhileFree(block, usable);
                in.arena().blocks().withhold(block, written);
                throw written;
            }
        } else if (settings.zeroing()) {
            Memory.fill(block, byteSize, (byte) 0);
        }
    }

    // Using

    /**
     * Pins a block.
     *
     * @return its address, as long as it is pinned
     * @throws InvalidFreeException if the handle is not a live one of this pool
     * @throws IllegalStateException if it has as many pins as can be counted
     */
    public long pin(long handle) {
        long block = handles().pin(handle);
        pins.increment();
        return block;
    }

    /**
     * Takes one pin of a block back.
     *
     * @throws InvalidFreeException if the handle is not a live one of this pool
     * @throws IllegalStateException if it has no pin
     */
    public void unpin(long handle) {
        handles().unpin(handle);
        unpins.increment();
    }

    /** How many pins a block has. */
    public int pins(long handle) {
        return handles().pins(handle);
    }

    /** How many bytes were asked for. */
    public long byteSize(long handle) {
        return handles().requestedBytes(handle);
    }

    // Freeing

    /**
     * Frees a block.
     *
     * @throws InvalidFreeException if the handle is not a live one of this pool
     * @throws IllegalStateException if the block is pinned
     * @throws HeapCorruptionException if it was written past its end: it is withheld; or if something next to it was overwritten
     */
    public void free(long handle) {
        HandleTable handles = handles();
        MovableSpace now = space();
        long byteSize = handles.requestedBytes(handle);
        long block = handles.beginFree(handle);
        HeapCorruptionException found;
        try {
            found = now.arena().movables().free(block, handle, byteSize, settings.hardened());
        } catch (RuntimeException e) {
            handles.abortFree(handle, block);
            throw e;
        }
        handles.release(handle);
        if (found != null) {
            throw found;
        }
        parts.memoryReturned();
    }

    // Care

    /** What is counted whenever something may have become possible. */
    private long changes(MovableSpace in) {
        return in.handles().frees() + unpins.sum();
    }

    /**
     * Makes a pass over the movable blocks.
     *
     * @param cancelled asked between its steps: whether it is to end
     * @throws HeapCorruptionException if damage was found
     */
    public CompactionReport compact(CompactionLimits limits, BooleanSupplier cancelled) {
        parts.checkOpen();
        CompactionReport report = space().compactor().run(limits, cancelled);
        if (report.releasedRegions() > 0) {
            parts.memoryReturned();
        }
        return report;
    }

    /** For a request of another arena: whether regions were emptied for it. */
    boolean makeRoom() {
        MovableSpace now = space;
        if (now == null || now.arena().freeBytesHint() < geometry.regionBytes()) {
            return false;
        }
        try {
            return now.compactor().makeRoom(changes(now));
        } catch (HeapCorruptionException e) {
            // Fenced now; who reaches a block there is told.
            return false;
        }
    }

    /** The worker made a pass as it was due. */
    void ownPass(boolean vain) {
        ownPasses.increment();
        if (vain) {
            vainPasses.increment();
        }
    }

    /** For the worker: null if there is nothing to move, or damage was found. */
    DefragSpace.@Nullable Movables figures() {
        MovableSpace now = space;
        if (now == null) {
            return null;
        }
        ArenaFigures figures = now.arena().view().figures();
        long taken = unpins.sum();
        return figures.fenced()
                ? null
                : new DefragSpace.Movables(
                        figures.committedBytes(),
                        figures.freeBlockBytes(),
                        figures.largestFreeBytes(),
                        pins.sum() - taken);
    }

    /** The figures of this moment. */
    public MovableStatistics statistics() {
        parts.checkOpen();
        MovableSpace now = space;
        if (now == null) {
            return MovableStatistics.NONE;
        }
        ArenaFigures figures = now.arena().view().figures();
        // In this order, so that there are never more unpins than pins.
        long taken = unpins.sum();
        long made = pins.sum();
        return new MovableStatistics(
                now.handles().live(),
                now.handles().liveBytes(),
                now.handles().tableBytes(),
                figures.regions(),
                figures.freeBlockBytes(),
                figures.largestFreeBytes(),
                made,
                made - taken,
                now.compactor().compactions(),
                now.compactor().movedBytes(),
                now.compactor().movedBlocks(),
                now.compactor().abortedMoves(),
                now.compactor().releasedRegions(),
                now.compactor().purgedBytes(),
                ownPasses.sum(),
                vainPasses.sum());
    }

    /** Checks blocks against handles. */
    void validate(boolean quiet) {
        MovableSpace now = space;
        if (now != null) {
            now.validate(quiet);
        }
    }

    /** Does something when a pass that runs has put back what it held: for closing, which may be refused. */
    void betweenPasses(Runnable action) {
        MovableSpace now = space;
        if (now == null) {
            action.run();
        } else {
            now.compactor().withoutPasses(true, action);
        }
    }
}
