package dev.ashlar.os;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.function.Consumer;

import dev.ashlar.OsException;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

/**
 * The keeper of one reserved range: the range is mapped for as long as this object can be reached.
 *
 * <p>
 * {@link #close()} ends the scope of {@link #segment()}, so that an access through a slice of it throws, and gives the
 * pages back. The addresses stay mapped, readable and as writable as they were, so that code which holds only a raw
 * address and is late cannot fault. They are unmapped once the reservation is unreachable. Where
 * {@link OsMemory#canRescope()} is false, closing unmaps at once: a late {@link Memory} access then throws
 * {@link IllegalStateException} while {@link Memory#DIRECT} is false, and faults otherwise.
 *
 * <p>
 * <b>An address does not keep its reservation.</b> Whoever uses one holds the reservation, and ends in
 * {@link Reference#reachabilityFence(Object)} on it: the JIT treats a reference as dead after its last use, not at the
 * end of the method. Every segment, by contrast, keeps the reservation through its scope.
 *
 * <p>
 * A reservation that becomes unreachable without being closed is reported once, at {@code WARNING}, to the logger
 * {@code dev.ashlar}, and unmapped. Where {@link OsMemory#canRescope()} is false it is reported and stays mapped: a
 * scope then cannot be made to refer to the reservation, and a segment of it may still be in use.
 *
 * <p>
 * All methods may be called by any thread.
 */
public final class Reservation implements AutoCloseable {

    /*
     * Who refers to whom (strongly):
     *
     *   pool, views -------------> Reservation ----> Range <---- the Cleaner's action
     *   slice -> scope -> keep ------^    |
     *   inner slice -> inner scope -> end-^
     *
     * The scope's cleanup action does nothing when it runs. It is there to be referred to: a slice reaches its scope,
     * the scope its cleanup actions, and those this object. The Cleaner's action must not, and so knows only the Range.
     *
     * close() ends the scope first: that alone can be refused, and then nothing has changed. It then purges, and does
     * not release: release takes the right to write away, and a thread that found the pool open a moment ago may be
     * about to write a header. Into a purged page that write is harmless, into a released one it ends the process.
     */
    private static final Cleaner CLEANER = Cleaner.create();

    private final Range range;
    private final Arena scope;
    private final MemorySegment segment;
    private final Object lock = new Object();

    // Guarded by lock.
    private int openScopes;
    private boolean pagesReturned;

    private Reservation(Range range, Arena scope, MemorySegment mapped) {
        this.range = range;
        this.scope = scope;
        this.segment = range.os.canRescope() ? inScope(scope, _ -> keep()) : mapped;
        CLEANER.register(this, range);
    }

    static Reservation open(OsMemory os, String name, long bytes, long alignment) {
        Arena scope = Arena.ofShared();
        MemorySegment mapped = map(os, scope, bytes, alignment);
        try {
            return new Reservation(new Range(os, name, mapped.address(), bytes), scope, mapped);
        } catch (Throwable e) {
            // Only an OutOfMemoryError can come here; nobody else knows the mapping yet.
            scope.close();
            os.unmap(mapped.address(), bytes);
            throw e;
        }
    }

    private static MemorySegment map(OsMemory os, Arena scope, long bytes, long alignment) {
        try {
            return os.map(scope, bytes, alignment);
        } catch (OsException e) {
            if (Range.unmapUnreachable()) {
                return os.map(scope, bytes, alignment);
            }
            throw e;
        }
    }

    /** Returns the name given to {@link OsMemory#reserve}. */
    public String name() {
        return range.name;
    }

    /** Returns the first address. */
    public long address() {
        return range.address;
    }

    /** Returns the length of the range. */
    public long byteSize() {
        return range.bytes;
    }

    /** Returns the whole range, in the scope that {@link #close()} ends. */
    public MemorySegment segment() {
        return segment;
    }

    /** Returns whether {@link #segmentIn} is possible. */
    public boolean canRescope() {
        return range.os.canRescope();
    }

    /**
     * Returns the whole range in another arena's scope. Its slices are usable until that arena closes, whether or not
     * this reservation is closed before, and keep the reservation. One such segment per arena is enough to slice from.
     *
     * @throws IllegalStateException
     *             if this reservation or the arena is closed
     * @throws WrongThreadException
     *             if the arena belongs to another thread
     * @throws UnsupportedOperationException
     *             if {@link #canRescope()} is false
     */
    public MemorySegment segmentIn(Arena arena) {
        if (!canRescope()) {
            throw new UnsupportedOperationException("segmentIn: " + range.os.name() + " memory has one scope only");
        }
        assert LockRank.RESERVATION.mayEnter();
        synchronized (lock) {
            if (isClosed()) {
                throw new IllegalStateException("reservation " + range + ": closed");
            }
            InnerScope inner = new InnerScope();
            try {
                return inScope(arena, _ -> inner.end());
            } catch (Throwable e) {
                inner.forget();
                throw e;
            }
        }
    }

    /**
     * Ends the scope of {@link #segment()} and gives the pages back; pages that segments of an {@linkplain #segmentIn
     * inner arena} may use are given back when the last such arena closes. Closing again does nothing, or tries what
     * failed again. Costs a handshake with all threads, and time in proportion to the resident pages.
     *
     * @throws IllegalStateException
     *             if a thread is using a segment of the scope in an I/O operation or a downcall: nothing has changed,
     *             and
     *             close can be called again
     * @throws OsException
     *             if the pages could not be given back: the reservation is closed all the same
     */
    @Override
    public void close() {
        assert LockRank.RESERVATION.enter();
        try {
            synchronized (lock) {
                if (scope.scope().isAlive()) {
                    scope.close();
                    range.close();
                }
                returnPages();
            }
        } finally {
            assert LockRank.RESERVATION.leave();
            // Unmapped in the middle of this, the addresses might be somebody else's when they are purged.
            Reference.reachabilityFence(this);
        }
    }

    /** Returns whether {@link #close()} has ended the scope. */
    public boolean isClosed() {
        return range.isClosed();
    }

    /** Returns how many {@linkplain #segmentIn inner arenas} and {@linkplain #newHold held} scopes are open: after a close they hold the pages back. */
    public long openScopes() {
        assert LockRank.RESERVATION.mayEnter();
        synchronized (lock) {
            return openScopes + range.openHolds();
        }
    }

    /** Returns a new counter of scopes that use the range by {@link #segmentHeldIn}. */
    public Hold newHold() {
        return range.newHold();
    }

    /** Forgets a counter that nobody counts with any more; scopes that it says are open hold the range for good. */
    public void forget(Hold hold) {
        range.forget(hold);
    }

    /**
     * Returns the whole range in another arena's scope, which does not keep this reservation: the caller counts the scope with a {@link Hold}
     * for as long as it is open, and calls {@link #scopeEnded} if the reservation was closed meanwhile.
     *
     * @throws IllegalStateException
     *             if the arena is closed
     */
    public MemorySegment segmentHeldIn(Arena arena) {
        return inScope(arena, null);
    }

    /** Gives the pages back if this is closed and no scope is open any more. */
    public void scopeEnded() {
        assert LockRank.RESERVATION.enter();
        try {
            synchronized (lock) {
                if (isClosed()) {
                    returnPages();
                }
            }
        } finally {
            assert LockRank.RESERVATION.leave();
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return range.toString();
    }

    // Called with the lock held.
    private void returnPages() {
        if (openScopes > 0 || pagesReturned || range.openHolds() > 0) {
            return;
        }
        if (range.os.canRescope()) {
            range.os.purge(range.address, range.bytes);
        } else {
            range.unmap();
        }
        pagesReturned = true;
    }

    private void keep() {
        // An action that captures this is all that is wanted of it.
    }

    // Restricted: gives the range a scope, which is what makes a late access an exception.
    @SuppressWarnings("restricted")
    private MemorySegment inScope(Arena arena, @Nullable Consumer<MemorySegment> cleanup) {
        return MemorySegment.ofAddress(range.address).reinterpret(range.bytes, arena, cleanup);
    }

    /** What an inner arena's scope refers to. It counts once, however often it is ended or forgotten. */
    private final class InnerScope {

        private boolean open = true;

        InnerScope() {
            openScopes++;
        }

        /** The arena could not take the segment. If it was out of memory, it may yet call {@link #end()}. */
        void forget() {
            open = false;
            openScopes--;
        }

        void end() {
            assert LockRank.RESERVATION.enter();
            try {
                synchronized (lock) {
                    if (open) {
                        forget();
                        if (isClosed()) {
                            returnPages();
                        }
                    }
                }
            } catch (OsException e) {
                // Thrown from here it would look like a failure of the arena, whose close has succeeded.
                range.log(WARNING, "reservation " + range + ": pages not returned before it is unreachable", e);
            } finally {
                assert LockRank.RESERVATION.leave();
                Reference.reachabilityFence(Reservation.this);
            }
        }
    }
}
