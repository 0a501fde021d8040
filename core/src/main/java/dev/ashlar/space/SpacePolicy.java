package dev.ashlar.space;

/**
 * Which free extent serves a request, and where in it. A request is placed at the lowest aligned offset of the extent that was chosen.
 *
 * <p>The names mean what they mean in {@link dev.ashlar.FitPolicy}; where several free extents are equally good, the one with the lowest
 * offset is taken, so that a sequence of requests always has the same placement. In a space that grows, every policy but
 * {@link #END_OF_SPACE} grows it only if nothing that is free will do.
 *
 * <p>Sources: Knuth, <i>The Art of Computer Programming</i>, volume 1, section 2.5; Wilson, Johnstone, Neely and Boles, <i>Dynamic Storage
 * Allocation: A Survey and Critical Review</i>, 1995, section 3.
 */
public enum SpacePolicy {
    /** Behind everything that is allocated; what was freed in between is not used again. */
    END_OF_SPACE,

    /** At the lowest offset at which all of it is free. */
    FIRST_FIT,

    /** At the lowest offset at or above the end of the last allocation at which all of it is free, going around once. */
    NEXT_FIT,

    /** In the smallest free extent that has room for it. */
    BEST_FIT,

    /** In the largest free extent that has room for it. */
    WORST_FIT
}
