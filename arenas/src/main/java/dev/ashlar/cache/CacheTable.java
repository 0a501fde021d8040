package dev.ashlar.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;

import dev.ashlar.block.SizeClasses;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cache of the thread that asks: a table indexed by the thread's id, whose entry must name that id, and a
 * {@link ThreadLocal} for threads that share an entry with another.
 *
 * <pre>{@code
 *     current   table[id & mask], if its owner is this id      else NONE: nothing to take, no room
 *     attach    entry empty: a new cache becomes it            entry another's: a new cache goes to the ThreadLocal
 *     reap      owners that have ended: entry emptied, cache given to the caller
 * }</pre>
 *
 * <p>A thread's id is never used again, so an entry needs no reference to its thread. A lookup is a race with {@link #attach},
 * {@link #reap} and {@link #close}, and a benign one: a thread only ever takes an entry for its own that names its id, those were all written
 * by itself, and the fields of a cache that another thread may see this way are final. Virtual threads have no cache.
 *
 * <p>Thread-safe.
 */
public final class CacheTable {
    /** Threads are numbered in the order in which they are made, so of so many that live few share an entry. */
    private static final int SIZE = 1 << 12;

    private final Function<Thread, CoreCache> factory;
    // Not static: each table has its own.
    @SuppressWarnings("ThreadLocalUsage")
    private final ThreadLocal<@Nullable CoreCache> crowdedOut = new ThreadLocal<>();
    private final Object lock = new Object();

    /** Of a fixed length, so that who asks for each block can keep the array itself. */
    private final CoreCache[] table = new CoreCache[SIZE];

    // Guarded by lock.
    private final List<Owned> owned = new ArrayList<>();

    /** What caches have served that are not there any more, by size class. */
    private final long[] servedBefore = new long[SizeClasses.COUNT];

    private boolean closed;
    private boolean diverted;

    /** A cache, and the thread that it belongs to: kept until the thread has ended, so that its end can be seen. */
    private record Owned(Thread thread, CoreCache cache) {}

    /** No cache yet; {@code factory} makes them. */
    public CacheTable(Function<Thread, CoreCache> factory) {
        this.factory = factory;
        Arrays.fill(table, CoreCache.NONE);
    }

    /** The table, for {@link #current(CoreCache[])}. */
    public CoreCache[] table() {
        return table;
    }

    /** The cache of this thread if its entry says so, else {@link CoreCache#NONE}. */
    public CoreCache current() {
        return current(table);
    }

    /** The same, without the step from this object to its table: on the hot path each step is waited for. */
    public static CoreCache current(CoreCache[] table) {
        long id = Thread.currentThread().threadId();
        CoreCache cache = table[(int) id & (table.length - 1)];
        return cache.ownerId() == id ? cache : CoreCache.NONE;
    }

    /**
     * The cache of this thread, made if it has none.
     *
     * @return {@link CoreCache#NONE} if the table is closed, or for a virtual thread
     */
    public CoreCache attach() {
        CoreCache cache = current();
        if (cache != CoreCache.NONE || Thread.currentThread().isVirtual()) {
            return cache;
        }
        CoreCache crowded = crowdedOut.get();
        if (crowded != null && !isClosed()) {
            return crowded;
        }
        return create(Thread.currentThread());
    }

    private boolean isClosed() {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            return closed;
        }
    }

    private CoreCache create(Thread thread) {
        CoreCache cache = factory.apply(thread);
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            if (closed) {
                return CoreCache.NONE;
            }
            owned.add(new Owned(thread, cache));
            cache.revoke(diverted);
            int index = (int) cache.ownerId() & (table.length - 1);
            if (table[index] == CoreCache.NONE) {
                table[index] = cache;
            } else {
                crowdedOut.set(cache);
            }
        }
        return cache;
    }

    /**
     * Takes the caches of threads that have ended. What such a thread did happened before its end was seen here.
     *
     * @return them; nobody uses them any more
     */
    public List<CoreCache> reap() {
        return reap(Integer.MAX_VALUE);
    }

    /** The same, so many at most. */
    public List<CoreCache> reap(int most) {
        List<CoreCache> ended = new ArrayList<>();
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            for (Iterator<Owned> i = owned.iterator(); i.hasNext() && ended.size() < most;) {
                Owned entry = i.next();
                if (!entry.thread.isAlive()) {
                    i.remove();
                    retire(entry.cache);
                    clear(entry.cache);
                    ended.add(entry.cache);
                }
            }
        }
        return ended;
    }

    /** How many caches are of threads that have ended. */
    public int ended() {
        int ended = 0;
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            for (Owned entry : owned) {
                ended += entry.thread.isAlive() ? 0 : 1;
            }
        }
        return ended;
    }

    private void clear(CoreCache cache) {
        int index = (int) cache.ownerId() & (table.length - 1);
        if (table[index] == cache) {
            table[index] = CoreCache.NONE;
        }
    }

    /** The caches of threads that live, for figures. */
    public List<CoreCache> caches() {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            return owned.stream().map(Owned::cache).toList();
        }
    }

    /** Counts a cache that a view of this thread has for itself, until {@link #remove}, or until the thread has ended. */
    public void addView(CoreCache cache) {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            owned.add(new Owned(Thread.currentThread(), cache));
            cache.revoke(closed || diverted);
        }
    }

    /** Forgets a cache that is used no more; false if it was forgotten before, as its thread had ended. */
    public boolean remove(CoreCache cache) {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            boolean removed = owned.removeIf(entry -> entry.cache == cache);
            if (removed) {
                retire(cache);
            }
            return removed;
        }
    }

    // Of a cache that allocates no more.
    private void retire(CoreCache cache) {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            servedBefore[sizeClass] += cache.served(sizeClass);
        }
    }

    /** Adds how many cells of each class all caches have served that there ever were. */
    public void addServed(long[] served) {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
                served[sizeClass] += servedBefore[sizeClass];
                for (Owned entry : owned) {
                    served[sizeClass] += entry.cache.served(sizeClass);
                }
            }
        }
    }

    /** How many caches there are. */
    public int count() {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            return owned.size();
        }
    }

    /**
     * Lets no cache, and none that is made later, hand out cells on the hot path, or lets them again. Frees go on as before. A thread that has begun an
     * allocation ends it as it began.
     */
    public void divert(boolean on) {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            diverted = on;
            owned.forEach(entry -> entry.cache.revoke(closed || on));
        }
    }

    /**
     * Takes all caches away: from now on no thread finds one. A thread that has looked its cache up a moment ago goes on with it until
     * it looks again; after a handshake with all threads none does.
     */
    public void close() {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            closed = true;
            Arrays.fill(table, CoreCache.NONE);
            owned.forEach(entry -> entry.cache.revoke(true));
        }
    }

    /** Undoes {@link #close}, when the pool could not be closed after all. */
    public void reopen() {
        synchronized (lock) {
            assert LockRank.CACHE_TABLE.mayEnter();
            closed = false;
            owned.forEach(entry -> entry.cache.revoke(diverted));
            for (Owned entry : owned) {
                int index = (int) entry.cache.ownerId() & (table.length - 1);
                if (table[index] == CoreCache.NONE && entry.cache.ownerId() == entry.thread.threadId()) {
                    table[index] = entry.cache;
                }
            }
        }
    }
}
