package dev.ashlar.movable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.Geometry;
import dev.ashlar.lock.LockRank;
import dev.ashlar.os.OsMemory;

/**
 * Passes over the movable blocks of a pool, one at a time.
 *
 * <p>A pass keeps free memory out of reach for as long as it runs. So a request that finds no room makes one that runs end, and waits for that; then it
 * makes one of its own.
 */
public final class Compactor {
    private final CoreArena arena;
    private final HandleTable table;
    private final Geometry geometry;
    private final OsMemory os;
    private final boolean wipe;
    private final ReentrantLock passes = new ReentrantLock();
    private final AtomicInteger hurried = new AtomicInteger();

    private final LongAdder compactions = new LongAdder();
    private final LongAdder movedBytes = new LongAdder();
    private final LongAdder movedBlocks = new LongAdder();
    private final LongAdder abortedMoves = new LongAdder();
    private final LongAdder releasedRegions = new LongAdder();
    private final LongAdder purgedBytes = new LongAdder();

    /** Guarded by passes. */
    private long changesInVain = -1;

    /**
     * A compactor that has done nothing yet.
     *
     * @param arena of the movable blocks
     * @param table of their handles
     * @param geometry of the regions
     * @param os that takes pages back
     * @param wipe whether free memory is to be zero
     */
    public Compactor(CoreArena arena, HandleTable table, Geometry geometry, OsMemory os, boolean wipe) {
        this.arena = arena;
        this.table = table;
        this.geometry = geometry;
        this.os = os;
        this.wipe = wipe;
    }

    /**
     * Makes a pass; waits for another one to end before.
     *
     * @param limits of what it may do
     * @param cancelled asked between its steps: whether it is to end
     * @throws IllegalStateException if the pool is closed
     * @throws dev.ashlar.HeapCorruptionException if damage was found; the arena is fenced, and what is held is put back when it has recovered
     */
    public CompactionReport run(CompactionLimits limits, BooleanSupplier cancelled) {
        assert LockRank.PASSES.enter();
        passes.lock();
        try {
            return run(limits, cancelled, true);
        } finally {
            passes.unlock();
            assert LockRank.PASSES.leave();
        }
    }

    private CompactionReport run(CompactionLimits limits, BooleanSupplier cancelled, boolean purge) {
        Pass pass = new Pass(
                arena, table, geometry, os, wipe, limits, () -> hurried.get() > 0 || cancelled.getAsBoolean());
        compactions.increment(); // Before: a pass that finds damage is one, too.
        CompactionReport report = pass.run(purge);
        movedBytes.add(report.movedBytes());
        movedBlocks.add(report.movedBlocks());
        abortedMoves.add(report.abortedMoves());
        releasedRegions.add(report.releasedRegions());
        purgedBytes.add(report.purgedBytes());
        return report;
    }

    /**
     * For a request that found no room: lets a pass that runs put back what it holds, and else makes one.
     *
     * @param changes what is counted whenever a block is freed or unpinned: if it is the same as at a pass in vain, none is made
     * @return whether there may be room now
     */
    public boolean makeRoom(long changes) {
        assert LockRank.PASSES.mayEnter();
        if (!passes.tryLock()) {
            hurried.incrementAndGet();
            assert LockRank.PASSES.enter();
            passes.lock();
            try {
                hurried.decrementAndGet();
            } finally {
                passes.unlock();
                assert LockRank.PASSES.leave();
            }
            return true;
        }
        assert LockRank.PASSES.enter();
        try {
            if (changes == changesInVain) {
                return false;
            }
            CompactionReport report = run(CompactionLimits.NONE, () -> false, false);
            boolean inVain = report.complete() && report.releasedRegions() == 0;
            changesInVain = inVain ? changes : -1;
            return !inVain;
        } finally {
            passes.unlock();
            assert LockRank.PASSES.leave();
        }
    }

    /**
     * Waits until no pass runs, and keeps them out while something is done.
     *
     * @param hurry whether one that runs is to end early
     */
    public void withoutPasses(boolean hurry, Runnable action) {
        int one = hurry ? 1 : 0;
        hurried.addAndGet(one);
        assert LockRank.PASSES.enter();
        passes.lock();
        try {
            hurried.addAndGet(-one);
            action.run();
        } finally {
            passes.unlock();
            assert LockRank.PASSES.leave();
        }
    }

    /** How many passes there were. */
    public long compactions() {
        return compactions.sum();
    }

    /** Usable bytes of blocks that were moved. */
    public long movedBytes() {
        return movedBytes.sum();
    }

    /** How many were. */
    public long movedBlocks() {
        return movedBlocks.sum();
    }

    /** Copies that were not taken. */
    public long abortedMoves() {
        return abortedMoves.sum();
    }

    /** Regions that were emptied. */
    public long releasedRegions() {
        return releasedRegions.sum();
    }

    /** Resident bytes that were given back from free blocks. */
    public long purgedBytes() {
        return purgedBytes.sum();
    }
}
