package dev.ashlar.pool;

import dev.ashlar.OsException;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.cache.CoreCache;
import org.jspecify.annotations.Nullable;

/**
 * A request that the thread's own cache and arena could not serve at once: what is wanted, for whom, and what was met on the way.
 *
 * <p>Used by one thread. A refill that succeeds never makes one.
 */
final class Request {
    /** The size class of a request that is for a block. */
    static final int NO_CLASS = -1;

    /** Bytes that the block must have, with its guard. */
    final long payloadBytes;

    final long alignment;
    final int owner;

    /** Of the cell that is wanted, or {@link #NO_CLASS}. */
    private int sizeClass;

    private final @Nullable CoreCache cache;
    private @Nullable OsException refusal;
    private boolean servedCell;

    Request(long payloadBytes, long alignment, int owner, int sizeClass, @Nullable CoreCache cache) {
        this.payloadBytes = payloadBytes;
        this.alignment = alignment;
        this.owner = owner;
        this.sizeClass = sizeClass;
        this.cache = cache;
    }

    /** Asks one arena; 0 if it can't. A refusal of the operating system is noted, and no error yet. */
    long ask(CoreArena arena, boolean grow, boolean wait) {
        try {
            if (sizeClass == NO_CLASS) {
                return arena.serveBlock(BlockLayout.unitsFor(payloadBytes), alignment, owner, grow, wait);
            }
            CoreCache into = cache;
            long cell = arena.serveCells(
                    sizeClass, into, into == null ? 1 : Math.max(1, into.limit(sizeClass) / 2), grow, wait);
            servedCell = cell != 0;
            return cell;
        } catch (OsException e) {
            refusal = e;
            return 0;
        }
    }

    /** From now on a block of its own will do: there is no room for a slab, but perhaps for that. */
    boolean acceptBlock() {
        boolean wasCell = sizeClass != NO_CLASS;
        sizeClass = NO_CLASS;
        return wasCell;
    }

    /** Whether what was served is a cell, whose header the caller writes. */
    boolean servedCell() {
        return servedCell;
    }

    /** The last refusal of the operating system, or null. */
    @Nullable
    OsException refusal() {
        return refusal;
    }
}
