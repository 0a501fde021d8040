package dev.ashlar;

import java.io.Serializable;

/**
 * What a compaction of movable blocks did. Bytes of one kind are in no other: a region's pages that went back are in {@code releasedBytes} and not
 * in {@code purgedBytes}. Zero means that there was nothing to do, or, if it is not {@code complete}, that it did not come to it.
 *
 * @param complete whether it did all that there was to do: no limit, no cancellation, and no request that waited for room ended it
 * @param movedBytes usable bytes of the blocks that it moved
 * @param movedBlocks how many those are
 * @param abortedMoves copies that were not taken, as the block was pinned or freed meanwhile
 * @param releasedRegions regions that it emptied
 * @param releasedBytes of those
 * @param purgedBytes resident bytes that it gave back from free blocks in other regions
 * @param failedPurges how often the operating system refused to take pages back; they stay usable
 * @param keptRegions regions that were to be emptied, or would have been, and were left as they are for a pin
 * @param cramped regions that were to be emptied, and were left for want of room elsewhere
 * @param pinnedBlocks pinned blocks that it met
 * @param largestFreeBytesBefore usable bytes of the largest free block in partly used regions
 * @param largestFreeBytesAfter the same afterwards
 * @param fragmentationBefore {@code 1 - largest free block / free bytes} in partly used regions; 0 if nothing is free there
 * @param fragmentationAfter the same afterwards
 * @param nanos how long it took
 * @param locks for how long the lock of the movable blocks was held, time by time; the setting is {@link CompactionLimits#slice}
 */
public record CompactionReport(
        boolean complete,
        long movedBytes,
        long movedBlocks,
        long abortedMoves,
        int releasedRegions,
        long releasedBytes,
        long purgedBytes,
        long failedPurges,
        int keptRegions,
        int cramped,
        long pinnedBlocks,
        long largestFreeBytesBefore,
        long largestFreeBytesAfter,
        double fragmentationBefore,
        double fragmentationAfter,
        long nanos,
        LockSlices locks)
        implements
            Serializable {}
