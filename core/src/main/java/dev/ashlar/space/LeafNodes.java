package dev.ashlar.space;

import java.util.Arrays;

/**
 * The leaves of an {@link ExtentTree}, linked in order both ways. Key and value lie side by side, so that they share a line and a page.
 *
 * <pre>{@code
 *     pairs    | leaf 0: key 0, value 0, key 1, value 1, ... | leaf 1: ... |
 * }</pre>
 */
final class LeafNodes extends TreeNodes {
    long[] pairs;
    int[] next;
    int[] previous;

    LeafNodes(int width) {
        super(width);
        pairs = new long[2 * width];
        next = new int[] {NONE};
        previous = new int[] {NONE};
    }

    long key(int leaf, int place) {
        return pairs[2 * (leaf * width + place)];
    }

    long value(int leaf, int place) {
        return pairs[2 * (leaf * width + place) + 1];
    }

    void set(int leaf, int place, long key, long value) {
        int at = 2 * (leaf * width + place);
        pairs[at] = key;
        pairs[at + 1] = value;
    }

    /** The last pair whose key is not above this one, or -1. Without branches, as {@link InnerNodes#floor}. */
    int floor(int leaf, long key) {
        long[] all = pairs;
        int low = leaf * width;
        int left = counts[leaf];
        while (left > 0) {
            int half = (left + 1) >>> 1;
            low += half & (int) ((all[2 * (low + half - 1)] - key - 1) >> (Long.SIZE - 1));
            left -= half;
        }
        return low - leaf * width - 1;
    }

    /**
     * Like {@link #floor(int, long)}, with branches: where keys are not in the processor's caches, a guess that is right half of the time has fetched the next key ahead.
     */
    int floorInMemory(int leaf, long key) {
        int low = leaf * width;
        int high = low + counts[leaf];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pairs[2 * middle] <= key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - leaf * width - 1;
    }

    /** The last pair that is not above (key, value), or -1, where the last one whose key is not above is known. Equal keys are few, but with {@link LengthKeys} beyond their range. */
    int floorOfEqual(int leaf, int floor, long key, long value) {
        int place = floor;
        while (place >= 0 && key(leaf, place) == key && value(leaf, place) > value) {
            place--;
        }
        return place;
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

    @Override
    void grow(int nodes) {
        pairs = Arrays.copyOf(pairs, Math.multiplyExact(nodes, 2 * width));
        next = Arrays.copyOf(next, nodes);
        previous = Arrays.copyOf(previous, nodes);
        super.grow(nodes);
    }

    @Override
    void openGap(int leaf, int place) {
        int at = 2 * (leaf * width + place);
        System.arraycopy(pairs, at, pairs, at + 2, 2 * (counts[leaf] - place));
        super.openGap(leaf, place);
    }

    @Override
    void closeGap(int leaf, int place) {
        int at = 2 * (leaf * width + place);
        System.arraycopy(pairs, at + 2, pairs, at, 2 * (counts[leaf] - place - 1));
        super.closeGap(leaf, place);
    }

    @Override
    void moveTail(int from, int place, int to) {
        int target = 2 * (to * width + counts[to]);
        System.arraycopy(pairs, 2 * (from * width + place), pairs, target, 2 * (counts[from] - place));
        super.moveTail(from, place, to);
    }
}
