package dev.ashlar;

import java.io.Serializable;

/**
 * What a pool's worker did since the pool's beginning. Bytes are as in {@link ReclaimKind}.
 *
 * @param alive whether its thread runs; if not, requests for a defragmentation are refused, and nothing is done on its own
 * @param runs how many there were, those in which nothing was due not among them
 * @param requests how many of them were asked for
 * @param failures how many steps failed
 * @param interrupts how often somebody interrupted its thread, which it survives
 * @param movedBytes of movable blocks; those of requests that found no room are in {@link MovableStatistics} alone
 * @param returnedBytes of cells
 * @param coalescedBytes of slabs
 * @param purgedBytes of pages
 * @param releasedBytes of regions
 * @param purges how often the operating system was asked to take pages inside free blocks back
 * @param dirtyBytes of the pages inside free blocks that may be resident now
 * @param locks for how long arenas' locks were held
 * @param totalNanos how long the runs took, pauses included; those that have ended
 */
public record DefragStatistics(
        boolean alive,
        long runs,
        long requests,
        long failures,
        long interrupts,
        long movedBytes,
        long returnedBytes,
        long coalescedBytes,
        long purgedBytes,
        long releasedBytes,
        long purges,
        long dirtyBytes,
        LockSlices locks,
        long totalNanos)
        implements
            Serializable {}
