package dev.ashlar;

import java.io.Serializable;

/**
 * How many requests a pool has served since its beginning, by where the memory came from. Exact when no thread allocates.
 *
 * @param cache cells out of the cache of a thread, a stripe or a view
 * @param slab cells that the home arena had in its slabs, or made a slab for out of a free block
 * @param steal cells and blocks of another arena than home
 * @param grow cells and blocks for which home was allowed one more region
 * @param large blocks out of home's free lists, movable ones among them
 */
public record AllocationCounts(long cache, long slab, long steal, long grow, long large) implements Serializable {
    /** All of them. */
    public long total() {
        return cache + slab + steal + grow + large;
    }
}
