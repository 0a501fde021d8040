package dev.ashlar.arenas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

import dev.ashlar.HeapStatistics;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.PoolExhaustedException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.event.AllocationFailed;
import dev.ashlar.lock.LockRank;
import dev.ashlar.os.Cores;
import dev.ashlar.pool.BlockOwner;
import dev.ashlar.pool.PoolEngine;
import org.jspecify.annotations.Nullable;

import static java.lang.System.Logger.Level.WARNING;

/**
 * A part of a pool for one purpose, with a limit: what is allocated through it counts against it, its parents, and the pool.
 *
 * <p>Counted are usable bytes, what {@link MemoryPool#usableSize} says. {@code live <= limit} at every moment, exactly, but for a limit that was set below what is
 * live. A <b>reservation</b> is taken from the parent's limit whether it is used or not, so that it is there when it is needed. It reserves room in
 * limits, not memory of the pool.
 *
 * <p>{@link MemoryPool#free} frees a budget's blocks as well, on its account. Closing a budget stops it from allocating; what is live stays live, and counts
 * until it is freed.
 *
 * <p><b>Threads.</b> All methods may be called by any thread. Charging is done in batches that threads draw for themselves.
 */
public final class Budget implements SegmentAllocator, AutoCloseable {
    private static final long MAX_BATCH_BYTES = 64 << 10;
    private static final int BATCHES_IN_LIMIT = 256;

    private final MemoryPool pool;
    private final PoolEngine engine;
    private final Segments segments;
    private final @Nullable Budget parent;
    private final String name;
    private final int number;
    private final Account account = new Account();
    private final Credits credits = new Credits(4 * Cores.count());
    private final LongAdder blocks = new LongAdder();
    private final LongAdder refusals = new LongAdder();

    /** Ordered from a budget to its parents, as one holds it while it asks them. */
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock; what is volatile may be read without.
    private volatile long limitBytes;
    private volatile long reservedBytes;
    private volatile long chargedBytes;
    private volatile long peakBytes;
    private volatile boolean closed;
    private boolean removed;

    Budget(
            MemoryPool pool,
            PoolEngine engine,
            Segments segments,
            @Nullable Budget parent,
            String name,
            long limitBytes) {
        this.pool = pool;
        this.engine = engine;
        this.segments = segments;
        this.parent = parent;
        this.name = Objects.requireNonNull(name, "name");
        this.limitBytes = MemoryPoolBuilder.inRange("limit", limitBytes, 0, Long.MAX_VALUE);
        engine.checkOpen();
        number = engine.addOwner(account);
    }

    /** The budget that draws on an account, or null. */
    static @Nullable Budget of(BlockOwner owner) {
        return owner instanceof Account account ? account.budget() : null;
    }

    /** The budget that this is a part of, or null. */
    public @Nullable Budget parent() {
        return parent;
    }

    /** The pool that this is a part of. */
    public MemoryPool pool() {
        return pool;
    }

    /** The name, with its parents' before it, separated by slashes. */
    public String name() {
        return parent == null ? name : parent.name() + "/" + name;
    }

    /**
     * Opens a part of this budget with a limit of its own.
     *
     * @throws IllegalArgumentException if the limit is negative
     * @throws IllegalStateException if this budget is closed
     */
    public Budget openBudget(String childName, long childLimitBytes) {
        checkOpen();
        return new Budget(pool, engine, segments, this, childName, childLimitBytes);
    }

    // Allocating

    /**
     * Allocates a block of this budget; see {@link MemoryPool#allocateAddress(long, long)}.
     *
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws IllegalStateException if this budget or the pool is closed
     * @throws PoolExhaustedException if the limit, or a parent's, leaves too little, with the cause BUDGET; or if the pool has no room
     */
    public long allocateAddress(long byteSize, long alignment) {
        return allocateAddress(byteSize, alignment, false);
    }

    private long allocateAddress(long byteSize, long alignment, boolean toMove) {
        checkOpen();
        MemoryPoolBuilder.inRange("byteSize", byteSize, 0, Long.MAX_VALUE);
        // Counted first: who closes this meanwhile finds a block, and leaves it the number that it is to get.
        blocks.increment();
        long address = 0;
        try {
            checkOpen();
            address = allocateCounted(byteSize, alignment, toMove);
            return address;
        } finally {
            if (address == 0) {
                blocks.decrement();
                if (closed) {
                    removeIfEmpty();
                }
            }
            Reference.reachabilityFence(this);
        }
    }

    private long allocateCounted(long byteSize, long alignment, boolean toMove) {
        long expected = usableBytesFor(byteSize, alignment);
        if (!credits.take(expected) && !charge(expected)) {
            throw exhausted(byteSize, alignment, expected);
        }
        long address = 0;
        long usable = 0;
        try {
            address = toMove
                    ? engine.allocateToMove(byteSize, alignment, number)
                    : engine.allocateSlowly(byteSize, alignment, number);
            usable = engine.payloadBytes(address);
        } finally {
            giveBack(Math.max(0, expected - usable));
        }
        long more = usable - expected;
        if (more > 0 && !credits.take(more) && !charge(more)) {
            // Freeing it gives back and counts more than was charged and counted until now.
            credits.put(-more, Long.MAX_VALUE);
            blocks.increment();
            engine.freeSlowly(address, number);
            throw exhausted(byteSize, alignment, usable);
        }
        return address;
    }

    /** Allocates a block of this budget, aligned to 16 bytes; see {@link #allocateAddress(long, long)}. */
    public long allocateAddress(long byteSize) {
        return allocateAddress(byteSize, BlockLayout.UNIT_BYTES);
    }

    /**
     * Allocates a block of this budget as a segment.
     *
     * @throws IllegalArgumentException if the size is negative or the alignment no power of two
     * @throws IllegalStateException if this budget or the pool is closed
     * @throws PoolExhaustedException if the limit, or a parent's, leaves too little, with the cause BUDGET; or if the pool has no room
     */
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return segments.of(allocateAddress(byteSize, byteAlignment), byteSize);
    }

    /** What a request comes to have, as a rule: a block may get one unit more where the rest would be none. */
    private long usableBytesFor(long byteSize, long alignment) {
        if (byteSize > pool.capacity()) {
            return byteSize;
        }
        long payload = byteSize + (pool.isHardened() ? Long.BYTES : 0);
        if (payload <= SizeClasses.MAX_BYTES) {
            int sizeClass = SizeClasses.ofAligned(payload, alignment);
            if (sizeClass >= 0) {
                // If there is no room for a slab it becomes a block of the same size.
                return SizeClasses.usableBytes(sizeClass);
            }
        }
        return BlockLayout.payloadBytes(BlockLayout.unitsFor(payload));
    }

    private PoolExhaustedException exhausted(long byteSize, long alignment, long most) {
        refusals.increment();
        BudgetStatistics now = statistics();
        Budget full = tightest(most);
        BudgetStatistics there = full.statistics();
        HeapStatistics memory = pool.statistics().memory();
        AllocationFailed.write(
                pool.name(), full.name(), PoolExhaustedException.Cause.BUDGET, byteSize, alignment, memory);
        return engine.refused(new PoolExhaustedException(
                ("budget '%s': BUDGET: %d bytes do not fit: limit %d, live %d; '%s' has a limit of %d and %d live;"
                        + " freeing %d bytes or more there, or a larger limit, would help")
                        .formatted(
                                name(),
                                byteSize,
                                now.limitBytes(),
                                now.liveBytes(),
                                full.name(),
                                there.limitBytes(),
                                there.liveBytes(),
                                Math.max(1, there.liveBytes() + most - there.limitBytes())),
                PoolExhaustedException.Cause.BUDGET,
                byteSize,
                memory,
                0,
                null));
    }

    private Budget tightest(long bytes) {
        Budget found = this;
        for (Budget budget = this; budget != null; budget = budget.parent) {
            if (budget.chargedBytes + bytes > budget.limitBytes) {
                found = budget;
                break;
            }
        }
        return found;
    }

    // Freeing

    /**
     * Frees a block of this budget.
     *
     * @throws InvalidFreeException if it is not a live block of it
     */
    public void freeAddress(long address) {
        try {
            engine.freeSlowly(address, number);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Frees the block that a segment begins.
     *
     * @throws InvalidFreeException if it is not a segment of the pool, or its block not a live one of this budget
     */
    public void free(MemorySegment segment) {
        freeAddress(segments.addressOf(segment));
    }

    // Accounting

    /** Charges a request, with a batch besides if there is room for one. */
    private boolean charge(long bytes) {
        long batch = batchBytes();
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            if (draw(bytes + batch)) {
                credits.put(batch, Long.MAX_VALUE);
                return true;
            }
            if (draw(bytes)) {
                return true;
            }
            undraw(credits.takeAll());
            return draw(bytes);
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
    }

    private long batchBytes() {
        return Math.min(MAX_BATCH_BYTES, limitBytes / BATCHES_IN_LIMIT);
    }

    /** Under the lock: more bytes are charged here, and to the parent what its reservation does not cover. */
    private boolean draw(long bytes) {
        long before = chargedBytes;
        long after = before + bytes;
        if (after > limitBytes || after < before) {
            return false;
        }
        long more = Math.max(after, reservedBytes) - Math.max(before, reservedBytes);
        if (parent != null && more > 0 && !parent.chargeExactly(more)) {
            return false;
        }
        chargedBytes = after;
        peakBytes = Math.max(peakBytes, after - Math.max(0, credits.sum()));
        return true;
    }

    /** For a child, which has a batch of its own. */
    private boolean chargeExactly(long bytes) {
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            if (draw(bytes)) {
                return true;
            }
            undraw(credits.takeAll());
            return draw(bytes);
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
    }

    /** Under the lock: bytes that were charged and are not used. */
    private void undraw(long bytes) {
        long before = chargedBytes;
        long after = before - bytes;
        long less = Math.max(before, reservedBytes) - Math.max(after, reservedBytes);
        chargedBytes = after;
        if (parent != null && less > 0) {
            parent.undrawExactly(less);
        }
    }

    private void undrawExactly(long bytes) {
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            undraw(bytes);
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
    }

    private void giveBack(long bytes) {
        if (bytes == 0) {
            return;
        }
        long surplus = credits.put(bytes, 2 * batchBytes());
        if (surplus > 0) {
            undrawExactly(surplus);
        }
    }

    /** What the pool knows of this budget: it must not keep views of the pool. */
    private final class Account implements BlockOwner {
        Budget budget() {
            return Budget.this;
        }

        @Override
        public boolean poolMayFree() {
            return true;
        }

        @Override
        public long allocate(long byteSize, long alignment) {
            return allocateAddress(byteSize, alignment, true);
        }

        @Override
        public void freed(long usableBytes) {
            blocks.decrement();
            giveBack(usableBytes);
            if (closed) {
                removeIfEmpty();
            }
        }

        @Override
        public long liveBlocks() {
            return blocks.sum();
        }

        @Override
        public long liveBytes() {
            return chargedBytes - credits.sum();
        }

        @Override
        public String describe() {
            return "budget '" + name() + "'";
        }
    }

    // Settings and figures

    /** The most bytes that live blocks may have. */
    public long limit() {
        return limitBytes;
    }

    /**
     * Changes the limit. A limit below what is live refuses requests until enough is freed.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void limit(long newLimitBytes) {
        MemoryPoolBuilder.inRange("limit", newLimitBytes, 0, Long.MAX_VALUE);
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            limitBytes = newLimitBytes;
            undraw(credits.takeAll());
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
    }

    /** Bytes of the parent's limit that are kept for this budget. */
    public long reservation() {
        return reservedBytes;
    }

    /**
     * Changes how many bytes of the parent's limit are kept for this budget. Without a parent nothing is, as the pool has no limit but its capacity.
     *
     * @throws IllegalArgumentException if it is negative or above this budget's limit
     * @throws PoolExhaustedException if the parent has less left, with the cause BUDGET; nothing has changed then
     */
    public void reserve(long byteSize) {
        MemoryPoolBuilder.inRange("reservation", byteSize, 0, limitBytes);
        long refused = tryReserve(byteSize);
        Budget from = parent;
        if (from != null && refused > 0) {
            // With no lock held: what it says of the pool is asked under the pool's.
            throw from.exhausted(byteSize, BlockLayout.UNIT_BYTES, refused);
        }
    }

    /** How many more bytes the parent would have to have, or 0 if it is done. */
    private long tryReserve(long byteSize) {
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            long more = Math.max(chargedBytes, byteSize) - Math.max(chargedBytes, reservedBytes);
            Budget from = parent;
            if (from != null && more > 0 && !from.chargeExactly(more)) {
                return more;
            }
            if (from != null && more < 0) {
                from.undrawExactly(-more);
            }
            reservedBytes = byteSize;
            return 0;
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
    }

    /** The figures of this moment; exact when nobody allocates or frees. */
    public BudgetStatistics statistics() {
        long live = chargedBytes - credits.sum();
        return new BudgetStatistics(
                limitBytes, reservedBytes, live, Math.max(peakBytes, live), blocks.sum(), refusals.sum());
    }

    /** Whether the budget allocates no more. */
    public boolean isClosed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("budget '" + name() + "' is closed (expected: open)");
        }
    }

    /**
     * Stops allocating, and gives up the reservation. What is still live is reported to the logger {@code dev.ashlar}, and as a leak; it stays live and
     * counted until it is freed. Closing again does nothing.
     */
    @Override
    public void close() {
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            undraw(credits.takeAll());
            long reserved = reservedBytes;
            long less = Math.max(chargedBytes, reserved) - chargedBytes;
            reservedBytes = 0;
            if (parent != null && less > 0) {
                parent.undrawExactly(less);
            }
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
        if (!removeIfEmpty()) {
            BudgetStatistics left = statistics();
            System.getLogger("dev.ashlar")
                    .log(
                            WARNING,
                            "budget '%s' of pool '%s': closed with %d bytes live in %d blocks (expected: none)"
                                    .formatted(name(), pool.name(), left.liveBytes(), left.liveBlocks()));
            engine.leaks()
                    .found(
                            "budget",
                            name() + ", which is closed",
                            left.liveBlocks(),
                            left.liveBytes(),
                            sample -> sample.owner() == number);
        }
    }

    /** Forgets the number of a closed budget that has no block any more; whether that is so. */
    private boolean removeIfEmpty() {
        assert LockRank.BUDGET.enter();
        lock.lock();
        try {
            undraw(credits.takeAll());
            if (blocks.sum() != 0) {
                return false;
            }
            if (!removed) {
                removed = true;
                engine.removeOwner(number);
            }
            return true;
        } finally {
            lock.unlock();
            assert LockRank.BUDGET.leave();
        }
    }

    @Override
    public String toString() {
        return "budget '" + name() + "' " + statistics();
    }
}
