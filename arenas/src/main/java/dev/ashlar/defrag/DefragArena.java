package dev.ashlar.defrag;

import dev.ashlar.FreeSpace;
import dev.ashlar.LockSlices;

/**
 * An arena as a defragmentation sees it. What takes its lock does so for one slice: a few pieces of work, until the slice is over or there is no more to do,
 * and then whoever waits for the lock is let in.
 *
 * <p>All {@code run} methods throw {@link IllegalStateException} if the pool is closed, and {@link dev.ashlar.HeapCorruptionException} if they
 * find damage.
 */
public interface DefragArena {
    /** What an arena counts at one moment. */
    record Figures(
            FreeSpace free, long committedBytes, long queuedBytes, long emptySlabs, long activity, boolean fenced) {}

    /** Its number among the arenas of its pool. */
    int number();

    /** A run begins: counts what it does from 0 on. */
    void begin();

    /** Its figures, under its lock; O(1). */
    Figures figures();

    /** One slice of putting queued cells back into their slabs; whether there are more. */
    boolean drainQueue();

    /**
     * One slice of making free blocks of empty slabs.
     *
     * @param sizeClass to begin with, 0 at first
     * @return the class to go on with, or -1 if all are done
     */
    int mergeEmptySlabs(int sizeClass);

    /** How many pages of free blocks are dirty. */
    long dirtyPages();

    /** Bytes of a page. */
    long pageBytes();

    /** Sets the moment at which pages become dirty from now on, in milliseconds of the run's clock; they may wrap around. */
    void setNow(int millis);

    /** Adds up dirty pages by age: index {@code i} gets those of {@code i x millisEach} to before the next, the last one all older ones. */
    void ages(long[] ages, int millisEach);

    /** Begins to purge. */
    Purge purge(long pages, int leastAgeMillis);

    /** A purge that is under way. */
    interface Purge {
        /** Where no pages are counted. */
        Purge NOTHING = new Purge() {
            @Override
            public boolean run() {
                return false;
            }

            @Override
            public long bytes() {
                return 0;
            }

            @Override
            public long purges() {
                return 0;
            }

            @Override
            public long pagesLeft() {
                return 0;
            }
        };

        /**
         * Gives some pages back; whether there may be more.
         *
         * @throws dev.ashlar.OsException if the operating system refuses; the next call goes on behind those pages
         */
        boolean run();

        /** Bytes given back until now. */
        long bytes();

        /** How often the operating system was asked. */
        long purges();

        /** Pages that may still be purged. */
        long pagesLeft();
    }

    /** Bytes of cells that slices have put back into slabs since {@link #begin}. */
    long returnedBytes();

    /** Bytes of slabs that slices have made free blocks of since {@link #begin}. */
    long coalescedBytes();

    /** For how long slices had the lock since {@link #begin}. */
    LockSlices locks();
}
