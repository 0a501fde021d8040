package dev.ashlar.defrag;

/**
 * What a policy decides on: a pool's figures at one moment.
 *
 * @param committedBytes of arenas and retained regions
 * @param freeBytes usable bytes of the free space of partly used regions
 * @param fragmentation of that, as arenas have it: the largest of them
 * @param cachedBytes usable bytes in caches
 * @param queuedBytes usable bytes on their way back to arenas
 * @param endedCaches how many caches are of threads that have ended
 * @param emptySlabs how many slabs without a taken cell arenas keep
 * @param dirtyPagesDue pages of free blocks beyond what decay lets stay
 * @param regionsDue wholly free regions beyond what decay lets stay
 * @param idleNanos since a request reached an arena
 * @param movables those of movable blocks, whose regions are not among the others
 */
public record DefragFigures(
        long committedBytes,
        long freeBytes,
        double fragmentation,
        long cachedBytes,
        long queuedBytes,
        int endedCaches,
        long emptySlabs,
        long dirtyPagesDue,
        long regionsDue,
        long idleNanos,
        MovableFigures movables) {}
