package dev.ashlar.spill;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.PoolExhaustedException;
import dev.ashlar.arenas.MemoryPool;
import dev.ashlar.arenas.Registration;
import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that leave memory by themselves when the pool has no room, those first that have not been used for longest, and come back when they are pinned.
 *
 * <pre>{@code
 *     try (Spiller spiller = Spiller.register(pool, store, 0)) {
 *         Spillable page = spiller.allocate(1 << 20);
 *         try (SpillPin pin = page.pin()) {
 *             pin.segment().fill((byte) 1);
 *         }
 *     }
 * }</pre>
 *
 * <p>It is a {@linkplain MemoryPool#onPressure pressure callback}: a request of anybody that finds no room spills, on its own thread, until it finds some, or nothing is
 * left that is not pinned. So what all threads have pinned at one time must fit into the pool, with room to spare for what fragmentation takes. The pool asks once for each
 * request: with many threads under pressure at once, another may take what was freed for a request of its own, which then fails. Requests of the spiller's blocks are made again.
 *
 * <p><b>Threads.</b> All methods may be called by any thread. A block that is coming back is waited for by who else pins it; other blocks go on. A request whose victims are
 * all taken waits for the spills of others.
 */
public final class Spiller implements AutoCloseable {
    /** When so many blocks could not be written for one request, the disk is not tried further. */
    private static final int MAX_FAILURES = 8;

    final MemoryPool pool;
    final SpillStore store;
    private final Registration registration;
    private final Set<Spillable> blocks = ConcurrentHashMap.newKeySet();

    /** Locked inside a block's lock, and nothing inside of it. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition spillEnded = lock.newCondition();

    // Guarded by lock.
    private final LinkedHashSet<Spillable> leastRecentFirst = new LinkedHashSet<>();
    private int spilling;
    private long endedSpills;
    private long restores;
    private long failures;
    private boolean closed;

    private Spiller(MemoryPool pool, SpillStore store, int priority) {
        this.pool = Objects.requireNonNull(pool, "pool");
        this.store = Objects.requireNonNull(store, "store");
        registration = pool.onPressure(priority, this::freeMemory);
    }

    /**
     * Registers with a pool.
     *
     * @param store where blocks go; it stays the caller's to close, after this
     * @param priority among the pool's callbacks; the highest is asked first
     */
    public static Spiller register(MemoryPool pool, SpillStore store, int priority) {
        return new Spiller(pool, store, priority);
    }

    /**
     * Allocates a block that may be spilled whenever it is not pinned; it is not pinned yet. Its contents are undefined.
     *
     * @param byteSize 0 or more
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if this is closed
     * @throws dev.ashlar.PoolExhaustedException if there is no room with all spilled that is not pinned
     */
    public Spillable allocate(long byteSize) {
        MemorySegment segment = retrying(() -> pool.allocate(byteSize, 1));
        Spillable block = new Spillable(this, segment);
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            if (!closed) {
                blocks.add(block);
                leastRecentFirst.add(block);
                return block;
            }
        } finally {
            lock.unlock();
        }
        pool.free(segment);
        throw new IllegalStateException("spiller of " + store + ": closed (expected: open)");
    }

    // For blocks

    /** What takes memory. */
    @FunctionalInterface
    interface Request<E extends Exception> {
        MemorySegment make() throws E;
    }

    /**
     * Makes a request again as long as something is spilled for it: what a callback has freed, another thread may take before the request does. Each
     * attempt leaves less to be spilled, so this ends.
     */
    <E extends Exception> MemorySegment retrying(Request<E> request) throws E {
        while (true) {
            long before = endedSpills();
            try {
                return request.make();
            } catch (PoolExhaustedException e) {
                if (endedSpills() == before) {
                    throw e;
                }
            }
        }
    }

    private long endedSpills() {
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            return endedSpills - failures;
        } finally {
            lock.unlock();
        }
    }

    /** A block was pinned, spilled or freed: it can't be a victim. */
    void takeOut(Spillable block) {
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            leastRecentFirst.remove(block);
        } finally {
            lock.unlock();
        }
    }

    /** A block is in memory and not pinned any more: of all it was used last. */
    void putBack(Spillable block) {
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            leastRecentFirst.add(block);
        } finally {
            lock.unlock();
        }
    }

    void forget(Spillable block) {
        blocks.remove(block);
        takeOut(block);
    }

    void countRestore() {
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            restores++;
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    // Under pressure

    private void freeMemory(long bytesNeeded) {
        List<Spillable> failed = new ArrayList<>();
        SpillException last = null;
        long freed = 0;
        try {
            while (failed.size() < MAX_FAILURES) {
                Spillable victim = lockVictim();
                if (victim == null) {
                    // What others free by the spills that they are at may be enough.
                    if (!awaitSpill()) {
                        break;
                    }
                    freed = bytesNeeded;
                } else {
                    try {
                        freed += spill(victim);
                    } catch (SpillException e) {
                        last = e;
                        failed.add(victim);
                    }
                }
                if (freed >= bytesNeeded) {
                    if (fits(bytesNeeded)) {
                        return;
                    }
                    // It is in too many pieces, or others were faster.
                    freed = 0;
                }
            }
        } finally {
            failed.forEach(Spillable::putBackIfIdle);
        }
        if (last != null) {
            throw new UncheckedIOException(last);
        }
    }

    /**
     * The next to be spilled, locked and out of the order, or null: all are pinned, spilled, or about to be. Whoever gets one must {@link #spill} it.
     *
     * <p>Locks are taken in the other direction here, so none is waited for. Whoever has the lock of a block that is in the order is about to take it out, or has just put it in.
     */
    private @Nullable Spillable lockVictim() {
        while (true) {
            assert LockRank.SPILLER.enter();
            lock.lock();
            try {
                for (Spillable block : leastRecentFirst) {
                    if (block.tryLock()) {
                        leastRecentFirst.remove(block);
                        spilling++;
                        return block;
                    }
                }
                if (leastRecentFirst.isEmpty()) {
                    return null;
                }
            } finally {
                lock.unlock();
                assert LockRank.SPILLER.leave();
            }
            Thread.onSpinWait();
        }
    }

    /** Waits until a spill ends; false if none is under way. A spill waits for nothing but its write. */
    private boolean awaitSpill() {
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            long ended = endedSpills;
            boolean any = spilling > 0;
            while (spilling > 0 && endedSpills == ended) {
                spillEnded.awaitUninterruptibly();
            }
            return any;
        } finally {
            lock.unlock();
        }
    }

    private long spill(Spillable victim) throws SpillException {
        boolean spilled = false;
        try {
            long freed = victim.spillAndUnlock();
            spilled = true;
            return freed;
        } finally {
            assert LockRank.SPILLER.mayEnter();
            lock.lock();
            try {
                spilling--;
                endedSpills++;
                failures += spilled ? 0 : 1;
                spillEnded.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean fits(long byteSize) {
        long address = pool.tryAllocateAddress(byteSize, 1);
        if (address != 0) {
            pool.freeAddress(address);
        }
        return address != 0;
    }

    /** The figures of this moment. O(blocks). */
    public SpillerStatistics statistics() {
        long resident = 0;
        long residentBytes = 0;
        long all = 0;
        long allBytes = 0;
        for (Spillable block : blocks) {
            boolean here = !block.isSpilled();
            resident += here ? 1 : 0;
            residentBytes += here ? block.byteSize() : 0;
            all++;
            allBytes += block.byteSize();
        }
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            return new SpillerStatistics(
                    all, allBytes, resident, residentBytes, endedSpills - failures, restores, failures);
        } finally {
            lock.unlock();
        }
    }

    /** Frees all blocks, spilled or not, those that are pinned when their last pin is closed, and is asked for memory no more. Closing again does nothing. */
    @Override
    public void close() {
        registration.close();
        assert LockRank.SPILLER.mayEnter();
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        blocks.forEach(Spillable::freeUnlessPinned);
    }
}
