package dev.ashlar;

import java.io.Serializable;
import java.util.List;

/**
 * What the requests of a window showed, and what the free blocks were at its end: what {@link FitPolicy#ADAPTIVE} decides on. Requests are those that
 * free blocks serve: all of a heap's, and a pool's slabs and blocks above 8,200 bytes.
 *
 * @param requests that were served
 * @param sizes how many of them there were by log2 of the bytes that their blocks took: element <i>i</i> counts those from 2<sup>i</sup> to
 *     2<sup>i+1</sup> - 1; the list ends with the last that is not 0
 * @param frees how many blocks were given back
 * @param liveBlocks at the end
 * @param misses searches that found no block though the free bytes would have sufficed: failures by fragmentation
 * @param growths how often regions were taken into use
 * @param steps of the searches: blocks and tree nodes that were looked at, beyond lists in which all blocks are equal
 * @param regions in use at the end
 * @param inUseBytes of those regions
 * @param freeBytes of their free blocks, with headers
 * @param largestFreeBytes of the largest of those
 * @param nanos how long the window took, or 0 if nobody looked at a clock
 * @param fragmentation {@code 1 - largest free block / free}, 0 to 1
 * @param scattered free bytes outside of the largest free block, as a share of the regions in use, 0 to 1: the most that a better placement could
 *     have saved
 * @param searchLength steps by request
 * @param missRate misses by request
 * @param lifetime how many requests a block lives, in the mean: live blocks over the rate at which they die (Little, <i>A Proof for the Queuing
 *     Formula L = &lambda;W</i>, 1961); infinite if none died
 * @param load requests a second, or 0 if nobody looked at a clock
 */
public record FitEvidence(
        long requests,
        List<Long> sizes,
        long frees,
        long liveBlocks,
        long misses,
        long growths,
        long steps,
        int regions,
        long inUseBytes,
        long freeBytes,
        long largestFreeBytes,
        long nanos,
        double fragmentation,
        double scattered,
        double searchLength,
        double missRate,
        double lifetime,
        double load)
        implements
            Serializable {
    /** Copies the list. */
    public FitEvidence {
        sizes = List.copyOf(sizes);
    }
}
