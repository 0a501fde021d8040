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
