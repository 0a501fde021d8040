package dev.ashlar;

/**
 * Which free block serves a request.
 *
 * <p>All policies search the same free blocks, so a heap changes its policy without touching one of them; {@link #ADAPTIVE} does so by itself. With
 * <i>R</i> for the number of regions and <i>G</i> for the 4 KiB granules of a region:
 *
 * <table>
 * <caption>Cost of one search</caption>
 * <tr><th>policy</th><th>finds</th><th>cost</th></tr>
 * <tr><td>{@link #SEGREGATED_FIT}</td><td>any block of the next bin that surely fits</td><td>O(1)</td></tr>
 * <tr><td>{@link #BEST_FIT}</td><td>the smallest block that fits</td><td>O(1) below 1 KiB, else at most 16 steps</td></tr>
 * <tr><td>{@link #WORST_FIT}</td><td>the largest block</td><td>at most 16 steps</td></tr>
 * <tr><td>{@link #FIRST_FIT}</td><td>the lowest address that fits</td><td>O(log R + log G), amortized</td></tr>
 * <tr><td>{@link #NEXT_FIT}</td><td>the first fit at or above the end of the last one</td><td>O(log R + log G), amortized</td></tr>
 * </table>
 *
 * <p>Sources: Knuth, <i>The Art of Computer Programming</i>, volume 1, section 2.5 (first, best and next fit); Wilson, Johnstone,
 * Neely and Boles, <i>Dynamic Storage Allocation: A Survey and Critical Review</i>, 1995, section 3 (all of them); Masmano,
 * Ripoll, Crespo and Real, <i>TLSF: A New Dynamic Memory Allocator for Real-Time Systems</i>, 2004 (segregated, two-level).
 */
public enum FitPolicy {
    /** The free block with the lowest address that is large enough. */
    FIRST_FIT,

    /** The first that is large enough at or above the place where the last search ended, going around once. */
    NEXT_FIT,

    /** The smallest free block that is large enough; among equals, the one freed last. */
    BEST_FIT,

    /** The largest free block. */
    WORST_FIT,

    /**
     * A block of the first non-empty bin of which every block is large enough: a good fit, at most one thirty-second larger
     * than it must be, found through two levels of bitmaps. The default.
     */
    SEGREGATED_FIT,

    /**
     * One of the others, as the evidence has it, and another when the evidence changes: a setting, never itself in force. What it favours is
     * a {@link Favour}; what it did, with the evidence, is an {@link Adaptation}.
     */
    ADAPTIVE
}
