package dev.ashlar.spill;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.lock.LockRank;
import org.jspecify.annotations.Nullable;

/**
 * A block of a {@link Spiller}: in memory while it is pinned, and otherwise there or on disk. Thread-safe.
 *
 * <pre>
 *   in memory, pinned     segment, pins > 0    no victim
 *   in memory             segment, pins == 0   in the spiller's order, unless it is locked, or could not be written just now
 *   on disk               token
 *   freed                 neither
 * </pre>
 */
public final class Spillable {
    private final Spiller spiller;
    private final long byteSize;

    /** Held while the block is written or read. Who frees memory for a read never waits for another block's. */
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock; what is volatile may be read without.
    private volatile @Nullable MemorySegment segment;
    private @Nullable SpillToken token;
    private int pins;

    Spillable(Spiller spiller, MemorySegment segment) {
        this.spiller = spiller;
        this.segment = segment;
        byteSize = segment.byteSize();
    }

    /** How many bytes were asked for. */
    public long byteSize() {
        return byteSize;
    }

    /** Whether the block is on disk, or freed: a guess, unless it is pinned. */
    public boolean isSpilled() {
        return segment == null;
    }

    /**
     * Keeps the block in memory until the pin is closed, and brings it back first if need be.
     *
     * @throws SpillException if it can't be read, or is damaged; it stays on disk
     * @throws IllegalStateException if it was freed
     * @throws dev.ashlar.PoolExhaustedException if there is no room for it, with all spilled that is not pinned; it stays on disk
     */
    public SpillPin pin() throws SpillException {
        assert LockRank.SPILLABLE.enter();
        lock.lock();
        try {
            MemorySegment here = segment;
            if (here == null) {
                here = restore();
            } else if (pins == 0) {
                spiller.takeOut(this);
            }
            pins++;
            return new SpillPin(this, here);
        } finally {
            lock.unlock();
            assert LockRank.SPILLABLE.leave();
        }
    }

    private MemorySegment restore() throws SpillException {
        SpillToken stored = token;
        if (stored == null) {
            throw freed();
        }
        MemorySegment here = spiller.retrying(() -> spiller.store.restore(stored, spiller.pool));
        token = null;
        segment = here;
        spiller.countRestore();
        return here;
    }

    private static IllegalStateException freed() {
        return new IllegalStateException("spillable block: freed (expected: live)");
    }

    /** Ends a pin. */
    void unpin() {
        assert LockRank.SPILLABLE.enter();
        lock.lock();
        try {
            pins--;
            if (pins == 0) {
                if (spiller.isClosed()) {
                    release();
                } else {
                    spiller.putBack(this);
                }
            }
        } finally {
            lock.unlock();
            assert LockRank.SPILLABLE.leave();
        }
    }

    /** For who takes it out of the spiller's order; it is in memory and not pinned then. */
    boolean tryLock() {
        return lock.tryLock() && isTried();
    }

    private static boolean isTried() {
        assert LockRank.SPILLABLE.tried();
        return true;
    }

    /** Says how many bytes it freed, at least 1. */
    long spillAndUnlock() throws SpillException {
        try {
            token = spiller.store.spill(spiller.pool, Objects.requireNonNull(segment, "segment"));
            segment = null;
            return Math.max(1, byteSize);
        } finally {
            lock.unlock();
            assert LockRank.SPILLABLE.leave();
        }
    }

    /**
     * After a failed spill. Not waited for, as who comes here may have another block's lock: whoever has this one pins it, and puts it back at the last unpin, frees it, or
     * has found it in the order again.
     */
    void putBackIfIdle() {
        if (!tryLock()) {
            return;
        }
        try {
            if (segment != null && pins == 0) {
                spiller.putBack(this);
            }
        } finally {
            lock.unlock();
            assert LockRank.SPILLABLE.leave();
        }
    }

    /**
     * Frees the block, in memory or on disk.
     *
     * @throws IllegalStateException if it is pinned, or was freed
     */
    public void free() {
        assert LockRank.SPILLABLE.enter();
        lock.lock();
        try {
            if (pins > 0) {
                throw new IllegalStateException("spillable block: " + pins + " pins (expected: none)");
            }
            if (segment == null && token == null) {
                throw freed();
            }
            release();
        } finally {
            lock.unlock();
            assert LockRank.SPILLABLE.leave();
        }
    }

    /** At the spiller's close; the last pin frees what is pinned. */
    void freeUnlessPinned() {
        assert LockRank.SPILLABLE.enter();
        lock.lock();
        try {
            if (pins == 0) {
                release();
            }
        } finally {
            lock.unlock();
            assert LockRank.SPILLABLE.leave();
        }
    }

    /** Under the lock. */
    private void release() {
        spiller.forget(this);
        MemorySegment here = segment;
        SpillToken stored = token;
        segment = null;
        token = null;
        if (here != null) {
            // A closed pool has freed it.
            if (!spiller.pool.isClosed()) {
                spiller.pool.free(here);
            }
        } else if (stored != null) {
            discard(stored);
        }
    }

    private void discard(SpillToken stored) {
        try {
            spiller.store.discard(stored);
        } catch (SpillException e) {
            // The store was closed before, and has nothing any more.
            if (e.kind() != SpillException.Kind.CLOSED) {
                throw new IllegalStateException(e);
            }
        }
    }
}
