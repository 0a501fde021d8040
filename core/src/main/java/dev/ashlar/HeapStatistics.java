package dev.ashlar;

import java.io.Serializable;

/**
 * A heap's figures at one moment, in bytes and blocks. They balance, to the byte:
 *
 * <pre>{@code liveBytes + pendingBytes + freeBytes + headerBytes + overheadBytes == committedBytes}</pre>
 *
 * @param capacityBytes the most that regions may take
 * @param committedBytes of the regions that the operating system has been asked for, and of their tables
 * @param liveBytes usable bytes of the blocks that callers hold
 * @param pendingBytes usable bytes of the blocks that are free for callers but not merged yet
 * @param freeBytes usable bytes of the free blocks, and {@code retainedBytes}
 * @param headerBytes of all blocks, live, pending and free
 * @param overheadBytes the regions' tables and edges, and whole blocks that were withheld as damaged
 * @param retainedBytes of wholly free regions that are still committed; part of {@code freeBytes}
 * @param liveBlocks how many blocks callers hold
 * @param pendingBlocks how many blocks wait to be merged
 * @param freeBlocks how many free blocks there are, wholly free regions not among them
 * @param withheldBlocks how many blocks were found damaged and are never handed out again
 * @param partlyFreeBytes usable bytes of the free blocks of partly used regions
 * @param largestPartlyFreeBytes usable bytes of the largest of those blocks
 * @param largestFreeBytes usable bytes of the largest free block, a run of retained regions counting as one
 */
public record HeapStatistics(
        long capacityBytes,
        long committedBytes,
        long liveBytes,
        long pendingBytes,
        long freeBytes,
        long headerBytes,
        long overheadBytes,
        long retainedBytes,
        long liveBlocks,
        long pendingBlocks,
        long freeBlocks,
        long withheldBlocks,
        long partlyFreeBytes,
        long largestPartlyFreeBytes,
        long largestFreeBytes)
        implements
            Serializable {

    /**
     * External fragmentation, {@code 1 - largest free block / total free}, over the free space of partly used regions: 0 if that
     * is one piece, or nothing; near 1 if it is in many small ones.
     */
    public double fragmentation() {
        return partlyFreeBytes == 0 ? 0 : 1 - (double) largestPartlyFreeBytes / partlyFreeBytes;
    }
}
