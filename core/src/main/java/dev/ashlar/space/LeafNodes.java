package dev.ashlar.space;

import java.util.Arrays;

/** The leaves of an {@link ExtentTree}, linked in order both ways. */
final class LeafNodes extends TreeNodes {
    int[] next;
    int[] previous;

    LeafNodes(int width) {
        super(width);
        next = new int[] {NONE};
        previous = new int[] {NONE};
    }

    @Override
    void grow(int nodes) {
        next = Arrays.copyOf(next, nodes);
        previous = Arrays.copyOf(previous, nodes);
        super.grow(nodes);
    }

    /** The largest value in a leaf, 0 if there is none. */
    long max(int leaf) {
        long max = 0;
        int first = 2 * leaf * width;
        for (int at = first + 1; at < first + 2 * counts[leaf]; at += 2) {
            max = Math.max(max, pairs[at]);
        }
        return max;
    }

    void linkAfter(int leaf, int added) {
        int after = next[leaf];
        next[added] = after;
        previous[added] = leaf;
        next[leaf] = added;
        if (after != NONE) {
            previous[after] = added;
        }
    }

    void unlink(int leaf) {
        int before = previous[leaf];
        int after = next[leaf];
        if (before != NONE) {
            next[before] = after;
        }
        if (after != NONE) {
            previous[after] = before;
        }
    }
}
