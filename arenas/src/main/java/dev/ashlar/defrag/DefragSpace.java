package dev.ashlar.defrag;

import java.util.function.BooleanSupplier;

import dev.ashlar.CompactionReport;
import org.jspecify.annotations.Nullable;

/** A pool as a defragmentation sees it: its arenas, and what belongs to none of them. */
public interface DefragSpace {
    /**
     * What a pool counts of its movable blocks.
     *
     * @param committedBytes of their regions
     * @param freeBytes usable bytes of free blocks in those
     * @param largestFreeBytes of the largest of them
     * @param pins that are open
     */
    record Movables(long committedBytes, long freeBytes, long largestFreeBytes, long pins) {}

    /** Sets for how long a slice may have an arena's lock, from now on. */
    void sliceNanos(long nanos);

    /** How many arenas there are. */
    int arenas();

    /** One of them. */
    DefragArena arena(int number);

    /** Usable bytes in caches; about. */
    long cachedBytes();

    /** How many caches are of threads that have ended. */
    int endedCaches();

    /** Whether the pool is closed. */
    boolean isClosed();

    /**
     * Takes back the caches of ended threads, cell by cell into their slabs, in slices of the arenas' locks.
     *
     * @param shared whether to take back those, too, that virtual threads share and nobody uses
     * @param goOn asked between two caches
     */
    void takeBackCaches(boolean shared, BooleanSupplier goOn);

    /**
     * Moves movable blocks together, so that regions become free.
     *
     * @param mostBytes that may be moved
     * @param cancelled asked between pieces of work
     * @return what came of it, or null if there never was a movable block
     * @throws dev.ashlar.HeapCorruptionException if damage is found among them
     */
    @Nullable
    CompactionReport compact(long mostBytes, BooleanSupplier cancelled);

    /** The figures of movable blocks; null if there never was one, or damage was found among them. O(1). */
    @Nullable
    Movables movables();

    /**
     * A pass that nobody asked for has ended.
     *
     * @param vain whether it gained little
     */
    void ownPass(boolean vain);

    /** How many wholly free regions are committed. */
    int retainedRegions();

    /** Bytes of a region. */
    long regionBytes();

    /**
     * Gives back a part of a wholly free region, unless no more than so many are retained.
     *
     * @return bytes given back if that was a region's last part, 0 if it wasn't, -1 if there is nothing to give back
     * @throws dev.ashlar.OsException if the operating system refuses
     */
    long releaseNext(int keep);
}
