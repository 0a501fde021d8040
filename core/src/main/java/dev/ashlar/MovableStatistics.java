package dev.ashlar;

import java.io.Serializable;

/**
 * The figures of a pool's movable blocks. Counters count from the pool's beginning.
 *
 * @param blocks how many are live
 * @param requestedBytes that were asked for by those
 * @param tableBytes of handles, on the Java heap
 * @param regions that movable blocks have in use
 * @param freeBytes usable bytes of free blocks in those
 * @param largestFreeBytes usable bytes of the largest of them
 * @param pins how often a block was pinned
 * @param openPins how many pins are not taken back yet
 * @param compactions how many passes there were, also for requests that found no room
 * @param movedBytes usable bytes of blocks that were moved
 * @param movedBlocks how many
 * @param abortedMoves copies that were not taken, as the block was pinned or freed meanwhile
 * @param releasedRegions regions that were emptied
 * @param purgedBytes resident bytes that were given back from free blocks
 * @param ownCompactions how many of the passes the worker made as they were due, and nobody asked for them
 * @param vainCompactions how many of those gained less than {@link CompactionSettings#leastGain}
 */
public record MovableStatistics(
        long blocks,
        long requestedBytes,
        long tableBytes,
        int regions,
        long freeBytes,
        long largestFreeBytes,
        long pins,
        long openPins,
        long compactions,
        long movedBytes,
        long movedBlocks,
        long abortedMoves,
        long releasedRegions,
        long purgedBytes,
        long ownCompactions,
        long vainCompactions)
        implements
            Serializable {
    /** Of a pool that never had any. */
    public static final MovableStatistics NONE =
            new MovableStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
