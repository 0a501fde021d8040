package dev.ashlar.fit;

import java.util.Arrays;
import java.util.function.IntPredicate;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Finds free blocks by address, for first and next fit, without a scan of the free blocks.
 *
 * <p>A region is cut into granules of 4 KiB. For each granule there is an <i>upper bound</i> of the free blocks that begin in it, and over
 * the granules a tournament; over the regions another. A search goes to the first granule whose bound is large enough and looks at the
 * blocks that begin there, 128 at most. If none of them fits, the bound was too high: it is corrected, and the search goes on.
 *
 * <p>So a free raises a bound, in one step as a rule, and the taking of a block costs nothing. A bound that turns out too high was raised by
 * a block that has been taken since: each search that fails in a granule is paid for by one earlier insertion there, and a search is
 * O(log regions + log granules), amortized.
 *
 * <p>Under the other policies nothing is kept. {@link #activate} assumes the most of each region, and the first search that reaches a region
 * builds its bounds from the block starts: a switch of policy touches no block. Who can't have one search pay for that builds them before, in
 * slices of any size, while another policy still serves ({@link #prepare}): a granule that was not looked at yet has the highest bound.
 */
final class AddressIndex {
    private static final int GRANULE_SHIFT = 12;

    private final Geometry geometry;
    private final Headers headers;
    private final BlockStarts starts;
    private final MaxTree regions;
    private final @Nullable MaxTree[] granules;
    private final boolean[] built;
    private final IntPredicate mine;
    private boolean active;
    private int preparedRegions;
    private int preparedGranules;
    private long steps;

    /** An index of the regions for which the predicate holds; the others' blocks are other owners'. */
    AddressIndex(Geometry geometry, Headers headers, BlockStarts starts, IntPredicate mine) {
        this.mine = mine;
        this.geometry = geometry;
        this.headers = headers;
        this.starts = starts;
        regions = new MaxTree(geometry.regionCount());
        granules = new MaxTree[geometry.regionCount()];
        built = new boolean[geometry.regionCount()];
    }

    /** Begins to keep bounds. Until a search has looked, each region may hold anything. */
    void activate() {
        active = true;
        preparedRegions = 0;
        preparedGranules = 0;
        Arrays.fill(built, false);
        regions.setAll(geometry.regionCount(), region -> mine.test(region) ? geometry.regionUnits() : 0);
    }

    /**
     * Builds some more bounds, while active and before the first search.
     *
     * @param most granules to look at, 128 blocks at most in each
     * @return whether all are built
     */
    boolean prepare(int most) {
        for (int left = most; left > 0 && preparedRegions < geometry.regionCount(); left--) {
            if (!mine.test(preparedRegions) || built[preparedRegions]) {
                nextRegion();
            } else {
                prepareGranule(preparedRegions);
            }
        }
        return preparedRegions == geometry.regionCount();
    }

    private void prepareGranule(int region) {
        MaxTree bounds = granules[region];
        if (bounds == null || preparedGranules == 0) {
            bounds = bounds == null ? newBounds() : bounds;
            bounds.fill(geometry.regionUnits());
            granules[region] = bounds;
        }
        long start = geometry.regionStart(region) + ((long) preparedGranules << GRANULE_SHIFT);
        bounds.set(preparedGranules, (int) -scan(start, start + (1L << GRANULE_SHIFT), Integer.MAX_VALUE));
        if (++preparedGranules == granulesOfRegion()) {
            regions.set(region, bounds.max());
            built[region] = true;
            nextRegion();
        }
    }

    private void nextRegion() {
        preparedRegions++;
        preparedGranules = 0;
    }

    private MaxTree newBounds() {
        return new MaxTree(granulesOfRegion());
    }

    private int granulesOfRegion() {
        return (int) (geometry.regionBytes() >>> GRANULE_SHIFT);
    }

    /** Blocks and granules that searches have looked at, ever. */
    long steps() {
        return steps;
    }

    /** Ends it, and lets go of the memory. */
    void deactivate() {
        active = false;
        Arrays.fill(granules, null);
        regions.clear();
    }

    /** A free block was added, while active. */
    void inserted(long block, int units) {
        int region = geometry.regionOf(block);
        regions.raise(region, units);
        MaxTree bounds = granules[region];
        if (bounds != null) {
            // Also while it is being prepared, or when it must be built anew: too high a bound is not wrong.
            bounds.raise(granuleOf(region, block), units);
        }
    }

    /** The region holds no block any more. */
    void emptied(int region) {
        if (active) {
            built[region] = false;
            regions.set(region, 0);
        }
    }

    /** The free block with the lowest address in {@code [from, end of the heap)} that has so many units, or 0. */
    long firstFrom(long from, int units) {
        int region = from == 0 ? 0 : geometry.regionAt(from);
        if (from != 0) {
            long found = !mine.test(region) ? 0 : firstInRegion(region, from, units);
            if (found != 0) {
                return found;
            }
            region++;
        }
        while ((region = regions.firstAtLeast(region, units)) != MaxTree.NONE && region < geometry.regionCount()) {
            long found = firstInRegion(region, geometry.regionStart(region), units);
            if (found != 0) {
                return found;
            }
            region++;
        }
        return 0;
    }

    private long firstInRegion(int region, long from, int units) {
        MaxTree bounds = boundsOf(region);
        if (bounds.max() >= units) {
            int granule = granuleOf(region, from);
            long start = geometry.regionStart(region) + ((long) granule << GRANULE_SHIFT);
            if (from > start) {
                // Only a part of this granule counts: what it lacks says nothing about its bound.
                long found = scan(from, start + (1L << GRANULE_SHIFT), units);
                if (found > 0) {
                    return found;
                }
                granule++;
            }
            while ((granule = bounds.firstAtLeast(granule, units)) != MaxTree.NONE) {
                long found = firstInGranule(region, bounds, granule, units);
                if (found != 0) {
                    return found;
                }
                granule++;
            }
        }
        regions.set(region, bounds.max());
        return 0;
    }

    private long firstInGranule(int region, MaxTree bounds, int granule, int units) {
        long start = geometry.regionStart(region) + ((long) granule << GRANULE_SHIFT);
        long found = scan(start, start + (1L << GRANULE_SHIFT), units);
        if (found > 0) {
            return found;
        }
        bounds.set(granule, (int) -found);
        return 0;
    }

    /** The first free block that begins in {@code [from, to)} and has so many units, or else minus the most units that one has. */
    private long scan(long from, long to, int units) {
        int most = 0;
        steps++;
        for (long block = starts.firstIn(from, to); block != 0;) {
            steps++;
            int word = headers.word(block);
            if (Headers.state(word) == BlockLayout.FREE) {
                if (Headers.units(word) >= units) {
                    return block;
                }
                most = Math.max(most, Headers.units(word));
            }
            block = starts.firstIn(block + BlockLayout.UNIT_BYTES, to);
        }
        return -most;
    }

    private MaxTree boundsOf(int region) {
        MaxTree bounds = granules[region];
        if (bounds == null) {
            bounds = newBounds();
            granules[region] = bounds;
            built[region] = false;
        }
        if (!built[region]) {
            bounds.clear();
            long end = geometry.regionEnd(region);
            for (long block = starts.firstIn(geometry.firstBlock(region), end); block != 0;) {
                int word = headers.word(block);
                if (Headers.state(word) == BlockLayout.FREE) {
                    bounds.raise(granuleOf(region, block), Headers.units(word));
                }
                block = starts.firstIn(block + BlockLayout.UNIT_BYTES, end);
            }
            built[region] = true;
        }
        return bounds;
    }

    private int granuleOf(int region, long address) {
        return (int) ((address - geometry.regionStart(region)) >>> GRANULE_SHIFT);
    }

    /** The bound of the granule that a free block begins in, for the validator; the largest number while none is kept. */
    int boundAt(long block) {
        int region = geometry.regionOf(block);
        MaxTree bounds = granules[region];
        if (!active) {
            return Integer.MAX_VALUE;
        }
        return built[region] && bounds != null
                ? Math.min(regions.get(region), bounds.get(granuleOf(region, block)))
                : regions.get(region);
    }
}
