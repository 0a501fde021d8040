package dev.ashlar;

import java.io.Serializable;

/**
 * What one arena of a pool counts, read in one moment under its lock. In bytes:
 *
 * <pre>{@code takenBytes + freeBytes + headerBytes + overheadBytes == committedBytes}</pre>
 *
 * @param number of the arena
 * @param movable whether it is the one of the movable blocks
 * @param fenced whether damage was found, so that it serves nothing
 * @param policy that serves requests now
 * @param regions that it has in use
 * @param committedBytes of those regions and their tables
 * @param takenBytes usable bytes of blocks and cells that are not free here: live, cached or queued
 * @param queuedBytes of those, what waits in this arena's queue
 * @param freeBytes usable bytes of free blocks, and of cells in their slabs
 * @param headerBytes of blocks and cells
 * @param overheadBytes of edges, tables, slab tails, and of what is withheld
 * @param freeBlocks how many free blocks there are
 * @param freeBlockBytes usable bytes of those
 * @param largestFreeBytes usable bytes of the largest of them
 * @param slabs how many blocks are slabs
 * @param emptySlabs how many of them have no taken cell
 * @param refills how often a cache got cells here
 * @param cells how many cells left their slabs
 * @param blocks how many blocks were carved for callers
 */
public record ArenaStatistics(
        int number,
        boolean movable,
        boolean fenced,
        FitPolicy policy,
        long regions,
        long committedBytes,
        long takenBytes,
        long queuedBytes,
        long freeBytes,
        long headerBytes,
        long overheadBytes,
        long freeBlocks,
        long freeBlockBytes,
        long largestFreeBytes,
        long slabs,
        long emptySlabs,
        long refills,
        long cells,
        long blocks)
        implements
            Serializable {

    /** {@code 1 - largest free block / free bytes}, cells in their slabs among the latter: as a pool's {@link HeapStatistics#fragmentation()}. */
    public double fragmentation() {
        return freeBytes == 0 ? 0 : 1 - (double) largestFreeBytes / freeBytes;
    }
}
