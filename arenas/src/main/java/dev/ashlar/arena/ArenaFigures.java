package dev.ashlar.arena;

/**
 * What an arena counts, read in one moment under its lock. O(1), whatever the number of blocks.
 *
 * @param number of the arena
 * @param regions that it has in use
 * @param committedBytes of those regions and their tables
 * @param blockBytes usable bytes of live blocks that are no slabs
 * @param blocks how many those are
 * @param takenCellBytes usable bytes of cells that are not in their slabs: live, cached or queued
 * @param takenCells how many those are
 * @param freeBlockBytes usable bytes of free blocks
 * @param freeBlocks how many those are
 * @param freeCellBytes usable bytes of cells in their slabs
 * @param freeCells how many those are
 * @param largestFreeBytes usable bytes of the largest free block
 * @param slabs how many blocks are slabs
 * @param emptySlabs how many of them have no taken cell
 * @param headerBytes of blocks and cells
 * @param overheadBytes of edges, tables, slab tails, and of what is withheld
 * @param queuedCellBytes usable bytes of the taken cells that wait in this arena's queue, or aside while it is fenced
 * @param queuedCells how many those are
 * @param refills how often a cache got cells
 * @param cellsServed how many cells left their slabs
 * @param blocksServed how many blocks were carved for callers
 * @param callersCells how many of those cells went to callers at once, and not to their caches
 * @param callersCellBytes usable bytes of those
 * @param blockBytesServed usable bytes of those blocks, and what live ones gained by being resized
 * @param doubleFrees cells that came back to a slab which had them already
 * @param withheldBlocks how many blocks and cells were found damaged
 * @param fenced whether damage was found, so that it serves nothing
 */
public record ArenaFigures(
        int number,
        int regions,
        long committedBytes,
        long blockBytes,
        long blocks,
        long takenCellBytes,
        long takenCells,
        long freeBlockBytes,
        long freeBlocks,
        long freeCellBytes,
        long freeCells,
        long largestFreeBytes,
        long slabs,
        long emptySlabs,
        long headerBytes,
        long overheadBytes,
        long queuedCellBytes,
        long queuedCells,
        long refills,
        long cellsServed,
        long blocksServed,
        long callersCells,
        long callersCellBytes,
        long blockBytesServed,
        long doubleFrees,
        long withheldBlocks,
        boolean fenced) {}
