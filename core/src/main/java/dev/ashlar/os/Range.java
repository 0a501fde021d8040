package dev.ashlar.os;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.ashlar.OsException;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

/** What is left of a {@link Reservation} when it is unreachable: enough to unmap it, and nothing that refers to it. */
final class Range implements Runnable {

    private static final long UNMAP_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Object LINGERING_LOCK = new Object();

    /** How many ranges are closed and still mapped. Guarded by its lock. */
    private static int lingering;

    final OsMemory os;
    final String name;
    final long address;
    final long bytes;

    /** Who counts the scopes that nothing refers to this range by. */
    private final CopyOnWriteArrayList<Hold> holds = new CopyOnWriteArrayList<>();

    /** Written by the reservation, read by the Cleaner's thread. */
    private volatile boolean closed;

    Range(OsMemory os, String name, long address, long bytes) {
        this.os = os;
        this.name = name;
        this.address = address;
        this.bytes = bytes;
    }

    boolean isClosed() {
        return closed;
    }

    void unmap() {
        os.unmap(address, bytes);
    }

    /** The Cleaner's action: the reservation is unreachable, and so is every segment whose scope refers to it. */
    @Override
    public void run() {
        long held = openHolds();
        boolean unmaps = os.canRescope() && held == 0;
        try {
            if (held > 0) {
                log(WARNING,
                        "reservation " + this + ": " + held + " scopes of it were never closed (expected: 0); it stays"
                                + " mapped until the process ends",
                        null);
            } else if (!closed) {
                log(WARNING, "reservation " + this + ": dropped without being closed; its memory "
                        + (unmaps ? "is returned now" : "stays mapped until the process ends"), null);
            }
        } finally {
            if (unmaps) {
                unmapOrReport();
            }
        }
    }

    private void unmapOrReport() {
        try {
            unmap();
        } catch (OsException e) {
            log(ERROR, "reservation " + this + ": not unmapped", e);
        } finally {
            if (closed) {
                addLingering(-1);
            }
        }
    }

    Hold newHold() {
        Hold hold = new Hold();
        holds.add(hold);
        return hold;
    }

    /** Forgets a counter whose owner has ended, unless it counts something that nobody can close any more. */
    void forget(Hold hold) {
        if (hold.open() == 0) {
            holds.remove(hold);
        }
    }

    long openHolds() {
        return holds.stream().mapToLong(Hold::open).sum();
    }

    /** Says that the reservation's scope has ended; where it can be rescoped, its addresses stay mapped for now. */
    void close() {
        closed = true;
        if (os.canRescope()) {
            addLingering(1);
        }
    }

    /**
     * Has the collector find reservations that are closed and unreachable, and waits for a moment until they are
     * unmapped. Pools leave little garbage on the heap, so that nothing else may collect for as long as it takes to
     * open and close more of them than there are addresses for.
     *
     * @return false if no reservation is closed and mapped
     */
    static boolean unmapUnreachable() {
        synchronized (LINGERING_LOCK) {
            assert LockRank.PROCESS.mayEnter();
            if (lingering == 0) {
                return false;
            }
        }
        System.gc();
        long deadline = System.nanoTime() + UNMAP_WAIT_NANOS;
        synchronized (LINGERING_LOCK) {
            assert LockRank.PROCESS.mayEnter();
            try {
                for (long left; lingering > 0 && (left = deadline - System.nanoTime()) > 0;) {
                    TimeUnit.NANOSECONDS.timedWait(LINGERING_LOCK, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return true;
    }

    private static void addLingering(int count) {
        synchronized (LINGERING_LOCK) {
            assert LockRank.PROCESS.mayEnter();
            lingering += count;
            LINGERING_LOCK.notifyAll();
        }
    }

    /** Finds the logger at each call: that may start a logging framework, which most processes never need here. */
    void log(System.Logger.Level level, String message, @Nullable Throwable thrown) {
        System.getLogger("dev.ashlar").log(level, message, thrown);
    }

    @Override
    public String toString() {
        return "\"" + name + "\" (" + bytes + " bytes at 0x" + Long.toHexString(address) + ")";
    }
}
