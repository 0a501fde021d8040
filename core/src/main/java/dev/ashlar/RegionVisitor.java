package dev.ashlar;

/**
 * Receives what a pool's regions consist of, in ascending address order: each region, the blocks and cells that begin in it, and pieces, which tile the
 * committed ones without a gap.
 *
 * <pre>{@code
 *     region                        a live cell                  a free block
 *     piece  OVERHEAD  8 bytes      block                        block
 *     block ...                     piece  HEADER    8 bytes     piece  HEADER    8 bytes
 *                                   piece  LIVE     40 bytes     piece  FREE   2000 bytes
 *     piece  OVERHEAD  8 bytes                                   piece  PURGED 8192 bytes    ...
 * }</pre>
 *
 * <p>A block that is larger than a region is shown with the region that it begins in, as a piece that reaches over the next ones; those follow with what is left of
 * them, if anything.
 */
public interface RegionVisitor {
    /** The number of the arena of a region that no arena has. */
    int NO_ARENA = -1;

    /**
     * A region; what comes next is of it.
     *
     * @param number of the region, from 0
     * @param address of its first byte
     * @param tableBytes that are committed elsewhere for it: 0 if it is not committed
     * @param state of it
     * @param arena that has it in use, or {@link #NO_ARENA}
     */
    void region(int number, long address, long tableBytes, RegionState state, int arena);

    /**
     * A block or a cell, before its pieces.
     *
     * @param address of its first payload byte
     * @param usableBytes of the payload
     * @param state of it: live, cached, queued, free or withheld
     */
    void block(long address, long usableBytes, MemoryState state);

    /**
     * Bytes in one state.
     *
     * @param address of the first
     * @param bytes more than 0
     * @param state of all of them
     */
    void piece(long address, long bytes, MemoryState state);
}
