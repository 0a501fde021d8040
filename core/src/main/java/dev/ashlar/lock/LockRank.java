package dev.ashlar.lock;

import java.util.Arrays;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The locks of a pool, in the order in which a thread may take them: one that has a lock takes only such as stand below it. So no two threads wait for each other.
 *
 * <pre>{@code
 *     assert LockRank.PASSES.enter();          before the lock: a wrong order is reported, and not waited for
 *     passes.lock();
 *     try {
 *         ...
 *     } finally {
 *         passes.unlock();
 *         assert LockRank.PASSES.leave();
 *     }
 * }</pre>
 *
 * <p>A lock inside of which nothing is called, neither another lock's code nor anybody's callback, asserts {@link #mayEnter} alone. A lock that is only tried, and never
 * waited for, may be had in any order ({@link #tried}); what is taken inside of it must stand below it all the same.
 *
 * <p>What a thread has is in a {@link ThreadLocal}, so a virtual thread's goes with it from carrier to carrier. Only {@code assert} statements come here: without
 * assertions there is no such thing. Ranks know no pools: a thread that is in one pool and then in another is in both as if they were one. Code of a caller that is
 * called with a lock held may use other pools, and so runs between {@link #setAside} and {@link #takeUp}.
 *
 * <p>Not here: the stripes of virtual threads, which are only tried, and on the path of each of their allocations; monitors of counters, inside of which there is
 * arithmetic alone; the locks of {@code dev.ashlar.space}, from which nothing here is reached.
 */
public enum LockRank {
    /**
     * A block of a {@code Spiller}, while it is read, written or freed. Inside: its pool and its store; pressure callbacks, before which it is set aside. The spiller's own
     * locks other blocks to spill them, and only tries that: two threads that bring blocks back may each want the other's.
     */
    SPILLABLE,

    /** A spiller's order of its blocks. Inside: blocks, which are tried. */
    SPILLER,

    /** The line for room in the background of a spill store. Inside: {@link #SPILL_OPERATIONS}, waited at. */
    SPILL_LINE,

    /** What a spill store has under way. Nothing inside; it is waited at for operations to end. */
    SPILL_OPERATIONS,

    /** What lies where in a spill file. Inside: the file, made shorter. */
    SPILL_FILE,

    /** A spill file being opened anew or closed. Nothing inside but the system's calls. */
    SPILL_CHANNEL,

    /** One run of the worker at a time: the defragmenter's monitor, the first of a pool's. Inside: slices, passes, counts, and the log. */
    DEFRAGMENTATION,

    /**
     * Cells are on their way between caches and arenas: the worker holds it for a slice, and who counts them all keeps it out. Inside: caches, arenas, and leaks told to
     * the log, whose handler may ask the pool for figures: so it may be entered again.
     */
    MAINTENANCE(true),

    /**
     * A pool's closing: the engine's monitor. Behind the worker's locks, as it has them while it logs what failed, and a handler of the log may close the pool. Inside:
     * {@link #PASSES}, and all that knows of the end.
     */
    CLOSE,

    /** A pass over movable blocks, or none while something is done: closing, and checking handles against blocks. Inside: arenas, handles. */
    PASSES,

    /** A recording begins, or gives up its place. Inside: {@link #OBSERVATION}. */
    RECORDINGS,

    /** Sampling begins or ends. Inside: {@link #OBSERVATION}. */
    SAMPLING,

    /** Who observes a pool. Inside: {@link #CACHE_TABLE}, for the diversion. Entered again by its own methods. */
    OBSERVATION(true),

    /** The space of movable blocks is made. Inside: {@link #ARENA_GROUP}. */
    MOVABLES,

    /** The arena of movable blocks is made. Inside: that arena's lock, if the pool is closed already. */
    ARENA_GROUP,

    /** A budget's account. Inside: its parent's, upwards only, so each step is of this rank again; {@link #OWNERS}. */
    BUDGET(true),

    /** The numbers of owners. Nothing inside. */
    OWNERS,

    /**
     * An arena, of which a thread has one at a time, be it waited for or tried. Inside: {@link #REGIONS}; and callers' visitors, before which it is set aside, and which may
     * call any pool but this one. A request may leave it, wait for pages that the worker is giving back, and enter again: no other lock of a pool is held then.
     */
    ARENA,

    /** The table of caches. Nothing inside. */
    CACHE_TABLE,

    /** The table of handles of movable blocks. Nothing inside. */
    HANDLES,

    /** Which regions are whose: the innermost of a pool. Inside: the operating system's calls, and events. Entered again by its own methods. */
    REGIONS(true),

    /** Who uses a reservation. Inside: the operating system's calls; the end of a scope, which is a handshake with all threads. */
    RESERVATION,

    /** Requests that wait for memory. Nothing inside; it is waited at, with no other lock held. */
    WAITERS,

    /** What is one for the whole process: mappings, lingering ranges, the page map. Nothing inside, and never two of them. */
    PROCESS;

    // Not reached without assertions, as nothing of this class is.
    private static final ThreadLocal<Held> HELD = ThreadLocal.withInitial(Held::new);

    private final boolean repeats;

    LockRank() {
        this(false);
    }

    /** {@code repeats}: may be entered by who has it. */
    LockRank(boolean repeats) {
        this.repeats = repeats;
    }

    /** What a thread has, in the order in which it took it; null where its own begins, and what came before is set aside. */
    private static final class Held {
        private static final int FEW = 8;

        private @Nullable LockRank[] ranks = new @Nullable LockRank[FEW];
        private int count;

        void push(@Nullable LockRank rank) {
            if (count == ranks.length) {
                ranks = Arrays.copyOf(ranks, 2 * count);
            }
            ranks[count++] = rank;
        }

        /** The last that is in the way, or null. */
        @Nullable
        LockRank against(LockRank wanted) {
            for (int i = count - 1; i >= 0; i--) {
                LockRank held = ranks[i];
                if (held == null) {
                    return null;
                }
                int order = held.compareTo(wanted);
                if (order > 0 || (order == 0 && !wanted.repeats)) {
                    return held;
                }
            }
            return null;
        }

        /** Takes out the last of these, and moves what is behind it. False if there is none. */
        boolean remove(LockRank rank) {
            for (int i = count - 1; i >= 0; i--) {
                if (ranks[i] == rank) {
                    System.arraycopy(ranks, i + 1, ranks, i, --count - i);
                    ranks[count] = null;
                    return true;
                }
                if (ranks[i] == null) {
                    return false;
                }
            }
            return false;
        }

        @Override
        public String toString() {
            return count == 0
                    ? "none"
                    : Arrays.stream(ranks, 0, count)
                            .map(rank -> rank == null ? "set aside" : rank.name())
                            .collect(Collectors.joining(", "));
        }
    }

    /**
     * Notes that this thread is about to take the lock; to be undone by {@link #leave}.
     *
     * @return true
     * @throws AssertionError if it has one that stands at or below this place; nothing is noted then
     */
    public boolean enter() {
        Held held = HELD.get();
        check(held);
        held.push(this);
        return true;
    }

    /**
     * The same for a lock that is not waited for, and was had: whatever the thread has besides.
     *
     * @return true
     */
    public boolean tried() {
        HELD.get().push(this);
        return true;
    }

    /**
     * Checks that this thread may take the lock, and notes nothing: for one inside of which nothing is called.
     *
     * @return true
     * @throws AssertionError if it has one that stands at or below this place
     */
    public boolean mayEnter() {
        check(HELD.get());
        return true;
    }

    private void check(Held held) {
        LockRank against = held.against(this);
        if (against != null) {
            throw new AssertionError("lock %s: wanted with %s held (expected: nothing from %s on%s; held, in order: %s)"
                    .formatted(name(), against.name(), name(), repeats ? " but itself" : "", held));
        }
    }

    /**
     * Notes that this thread has the lock no more.
     *
     * @return true
     * @throws AssertionError if it was not noted to have it
     */
    public boolean leave() {
        Held held = HELD.get();
        if (!held.remove(this)) {
            throw new AssertionError("lock %s: left (expected: entered before; held, in order: %s)"
                    .formatted(name(), held));
        }
        return true;
    }

    /**
     * Sets aside what this thread has, for code of a caller: it begins with nothing held. To be undone by {@link #takeUp}.
     *
     * @return true
     */
    public static boolean setAside() {
        HELD.get().push(null);
        return true;
    }

    /**
     * Takes up again what was set aside.
     *
     * @return true
     * @throws AssertionError if something that was entered since was not left
     */
    public static boolean takeUp() {
        Held held = HELD.get();
        if (held.count == 0 || held.ranks[held.count - 1] != null) {
            throw new AssertionError(
                    "locks: taken up (expected: all left since they were set aside; held, in order: " + held + ")");
        }
        held.count--;
        return true;
    }

    /** What this thread has, in the order in which it took it, for messages and tests. */
    static String held() {
        return HELD.get().toString();
    }
}
