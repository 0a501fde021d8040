package dev.ashlar.metrics;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.arenas.MemoryPool;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pool's figures, once for all meters that are read at about the same time.
 *
 * <p>Why {@value #FRESH_MILLIS} ms: longer than a scrape reads meters for, so that its figures are of one moment and balance, and shorter than anybody scrapes.
 */
final class FigureReader {
    static final int FRESH_MILLIS = 100;
    static final int RESIDENT_SECONDS = 5;
    private static final long FRESH_NANOS = Duration.ofMillis(FRESH_MILLIS).toNanos();
    private static final long RESIDENT_NANOS = Duration.ofSeconds(RESIDENT_SECONDS).toNanos();

    private final WeakReference<MemoryPool> pool;
    private final boolean arenas;
    private final boolean budgets;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();

    // Written under the lock.
    private volatile @Nullable Figures last;
    private volatile @Nullable Resident lastResident;
    private final AtomicLong reads = new AtomicLong();

    // Guarded by lock.
    private final BudgetLedger ledger = new BudgetLedger();

    private Consumer<Figures> onRead = figures -> {};
    private Runnable onGone = () -> {};

    private record Resident(long bytes, long nanos) {}

    FigureReader(WeakReference<MemoryPool> pool, boolean arenas, boolean budgets, LongSupplier clock) {
        this.pool = pool;
        this.arenas = arenas;
        this.budgets = budgets;
        this.clock = clock;
    }

    /** Before the first reading: who is to know of new figures, and of the pool's end. Both are called with no lock held. */
    void listeners(Consumer<Figures> read, Runnable gone) {
        onRead = read;
        onGone = gone;
    }

    /** The figures of this moment, or of a moment ago; null if the pool is closed or gone. */
    @Nullable
    Figures figures() {
        MemoryPool open = open();
        if (open == null) {
            return null;
        }
        Figures seen = last;
        return isFresh(seen) ? seen : refresh(open);
    }

    private @Nullable MemoryPool open() {
        MemoryPool found = pool.get();
        if (found == null || found.isClosed()) {
            onGone.run();
            return null;
        }
        return found;
    }

    private boolean isFresh(@Nullable Figures figures) {
        return figures != null && clock.getAsLong() - figures.nanos() < FRESH_NANOS;
    }

    private @Nullable Figures refresh(MemoryPool open) {
        Figures made;
        lock.lock();
        try {
            Figures seen = last;
            if (isFresh(seen)) {
                return seen;
            }
            made = read(open);
            last = made;
            reads.incrementAndGet();
        } catch (IllegalStateException e) {
            if (open.isClosed()) {
                return null; // Just now: whoever reads next takes the meters out.
            }
            throw e;
        } finally {
            lock.unlock();
        }
        onRead.accept(made);
        return made;
    }

    private Figures read(MemoryPool open) {
        Map<Integer, ArenaStatistics> byNumber = new TreeMap<>();
        if (arenas) {
            open.arenaStatistics().forEach(arena -> byNumber.put(arena.number(), arena));
        }
        return new Figures(
                clock.getAsLong(),
                open.statistics(),
                open.movable().statistics(),
                byNumber,
                budgets ? ledger.read(open.budgets()) : Map.of());
    }

    /** What the system counts for the pool's pages, now or some seconds ago; negative where that can't be measured, or the pool is closed or gone. */
    long residentBytes() {
        MemoryPool open = open();
        if (open == null) {
            return -1;
        }
        lock.lock();
        try {
            Resident seen = lastResident;
            if (seen == null || clock.getAsLong() - seen.nanos() >= RESIDENT_NANOS) {
                seen = new Resident(open.residentBytes(), clock.getAsLong());
                lastResident = seen;
            }
            return seen.bytes();
        } catch (IllegalStateException e) {
            if (open.isClosed()) {
                return -1;
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** For tests: how often the pool was asked for its figures. */
    long reads() {
        return reads.get();
    }
}
