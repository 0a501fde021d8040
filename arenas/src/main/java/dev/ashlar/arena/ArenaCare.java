package dev.ashlar.arena;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.DirtyPages;
import dev.ashlar.region.PagePurge;
import dev.ashlar.slab.Slabs;
import org.jspecify.annotations.Nullable;

/**
 * What one worker does to an arena now and then, under its lock, in pieces so small that others come in between:
 *
 * <pre>{@code
 *     slice -> enter -> piece, piece, ...   until there is no more to do, somebody waits, or one more like the longest would be too long
 *
 *     a piece:  drainBatch       the cells of one batch to their slabs
 *               mergeEmptySlabs  one slab to the free blocks
 *               holdPages        64 pages, which are given back behind it, without the lock; then putBackPages
 * }</pre>
 *
 * <p>Pieces are called inside of a slice. A fenced arena is left as it is.
 */
public final class ArenaCare {
    private final ArenaState state;
    private final CellIntake intake;
    private final ArenaView view;
    private final ArenaGate gate;
    private final Slabs slabs;
    private final BlockSpace space;
    private final @Nullable DirtyPages pages;

    // Guarded by the arena's lock.
    private long returnedBytes;
    private long coalescedBytes;
    private boolean awaited;

    ArenaCare(ArenaState state, CellIntake intake, ArenaView view) {
        this.state = state;
        this.intake = intake;
        this.view = view;
        gate = state.gate;
        slabs = state.slabs;
        space = state.space;
        pages = space.dirtyPages();
    }

    /**
     * Does pieces of work under the lock, one at least, as long as each asks for more, nobody waits outside, and there is time for one that takes as long as the longest of them.
     *
     * @param clock in nanoseconds
     * @param nanos how long
     * @param meter told how long it took
     * @return whether the last piece asked for more
     * @throws IllegalStateException if the pool is closed
     * @throws HeapCorruptionException if damage was found, so that the arena is fenced now; an arena that was fenced before is no failure
     */
    public boolean slice(LongSupplier clock, long nanos, LockMeter meter, BooleanSupplier piece) {
        gate.enter(true);
        long begin = clock.getAsLong();
        try {
            if (!gate.serves()) {
                return false;
            }
            boolean more;
            long longest = 0;
            long before;
            long now = begin;
            do {
                before = now;
                more = piece.getAsBoolean();
                gate.checkServing();
                now = clock.getAsLong();
                longest = Math.max(longest, now - before);
            } while (more && !gate.isAwaited() && now - begin + longest < nanos);
            return more;
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            leave(clock, begin, nanos, meter);
        }
    }

    private void leave(LongSupplier clock, long begin, long nanos, LockMeter meter) {
        awaited = gate.isAwaited();
        meter.add(clock.getAsLong() - begin, nanos);
        state.exit();
    }

    /**
     * Puts cells back that were in a cache, in a slice of their own. A fenced arena keeps them aside.
     *
     * @param sizeClass of all of them
     * @param cells 64 at most; those that are not this arena's move to the front
     * @return how many are not this arena's
     * @throws IllegalStateException if the pool is closed
     */
    public int takeBack(LongSupplier clock, long nanos, LockMeter meter, int sizeClass, long[] cells, int count) {
        gate.enter(true);
        long begin = clock.getAsLong();
        try {
            gate.serves();
            long taken = slabs.takenBytes();
            long slabBytes = slabs.blockBytes();
            int others = intake.putBack(sizeClass, cells, count);
            returnedBytes += taken - slabs.takenBytes();
            coalescedBytes += slabBytes - slabs.blockBytes();
            return others;
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            leave(clock, begin, nanos, meter);
        }
    }

    /**
     * Makes the block free again that {@link #holdPages} held, in a slice of its own; also in an arena that was fenced meanwhile. In a closed one nothing is left to do.
     *
     * @throws HeapCorruptionException if something next to it is damaged
     */
    public void putBackPages(LongSupplier clock, long nanos, LockMeter meter, PagePurge purge) {
        gate.enter(true);
        long begin = clock.getAsLong();
        try {
            if (!gate.isClosed()) {
                purge.putBack();
            }
        } catch (HeapCorruptionException e) {
            throw gate.fence(e);
        } catch (Error e) {
            gate.suspect();
            throw e;
        } finally {
            gate.pagesAreBack();
            leave(clock, begin, nanos, meter);
        }
    }

    /** Whether a thread waited for the lock when the last slice ended. By the thread that makes them. */
    public boolean wasAwaited() {
        return awaited;
    }

    /** Whether a thread waits for the lock at this moment. */
    public boolean isAwaited() {
        return gate.isAwaited();
    }

    /**
     * What the arena counts, under its lock.
     *
     * @throws IllegalStateException if the pool is closed
     */
    public ArenaFigures figures() {
        gate.enter(true);
        try {
            gate.serves();
            return view.figuresInside();
        } finally {
            state.exit();
        }
    }

    // Pieces

    /** Puts the cells of one batch back; whether there are more. */
    public boolean drainBatch() {
        long taken = slabs.takenBytes();
        long slabBytes = slabs.blockBytes();
        intake.drain(1);
        returnedBytes += taken - slabs.takenBytes();
        coalescedBytes += slabBytes - slabs.blockBytes();
        return !state.queue.isEmpty();
    }

    /** Makes free blocks of the empty slabs of a class; whether there are classes behind it. */
    public boolean mergeEmptySlabs(int sizeClass) {
        coalescedBytes += slabs.releaseEmpty(sizeClass);
        return sizeClass + 1 < SizeClasses.COUNT;
    }

    /** A purge of dirty pages, or null where none are counted. */
    public @Nullable PagePurge purge(long most, int leastAgeMillis) {
        return pages == null ? null : new PagePurge(space, pages, most, leastAgeMillis);
    }

    /** Holds the next dirty pages, or looks for them; whether there may be more. Those who wait for the last ones come first. */
    public boolean holdPages(PagePurge purge) {
        return gate.arePagesAwaited() || purge.hold();
    }

    /** Sets the moment at which pages become dirty from now on. */
    public void setNow(int millis) {
        if (pages != null) {
            pages.setNow(millis);
        }
    }

    /** Usable bytes of the cells that all slices until now put back into slabs. */
    public long returnedBytes() {
        return returnedBytes;
    }

    /** Bytes of the slabs that all slices until now made free blocks of. */
    public long coalescedBytes() {
        return coalescedBytes;
    }

    // Dirty pages, without the lock

    /** Bytes of a page. */
    public long pageBytes() {
        return pages == null ? 1 : 1L << pages.pageShift();
    }

    /** How many pages of free blocks are dirty; 0 where none can be given back. */
    public long dirtyPages() {
        return pages == null ? 0 : pages.dirty();
    }

    /** Adds up the dirty pages by age; see {@link DirtyPages#addAges}. */
    public void ages(long[] ages, int millisEach) {
        if (pages != null) {
            pages.addAges(ages, millisEach, space.table());
        }
    }
}
