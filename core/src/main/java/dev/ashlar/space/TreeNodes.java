package dev.ashlar.space;

import java.util.Arrays;

/**
 * The nodes of one level kind of an {@link ExtentTree}: each has room for a fixed number of pairs (key, value), in order, and lies in flat
 * arrays beside all others, so that a tree of a million extents is a handful of Java objects.
 *
 * <pre>{@code
 *     pairs    | node 0: key 0, value 0, key 1, value 1, ... | node 1: ... |     pair p of node n is at 2 * (n * width + p)
 *     counts   | pairs in node 0 | ... |                                            0: not in use, or the empty root
 * }</pre>
 *
 * <p>Nodes that are not in use are linked through their counts, as {@code -2 - next}, and {@link #NONE} ends the list.
 */
class TreeNodes {
    static final int NONE = -1;

    final int width;
    long[] pairs;
    int[] counts;
    private int firstUnused = NONE;
    private int made;

    TreeNodes(int width) {
        this.width = width;
        pairs = new long[2 * width];
        counts = new int[1];
    }

    final long key(int node, int place) {
        return pairs[2 * (node * width + place)];
    }

    final long value(int node, int place) {
        return pairs[2 * (node * width + place) + 1];
    }

    final void set(int node, int place, long key, long value) {
        int at = 2 * (node * width + place);
        pairs[at] = key;
        pairs[at + 1] = value;
    }

    /** Makes room for some nodes, so that {@link #take} can't fail. */
    final void reserve(int nodes) {
        if (firstUnused == NONE || nodes > 1) {
            // The list of unused nodes counts for one at most: a reserve that is a little larger than need be does no harm.
            int wanted = made + nodes;
            if (wanted > counts.length) {
                int larger = counts.length + (counts.length >>> 1) + 1;
                grow(Math.max(wanted, Math.min(larger, Integer.MAX_VALUE / (2 * width))));
            }
        }
    }

    void grow(int nodes) {
        // The counts last: they say how many nodes there is room for, also if an array before them could not be had.
        pairs = Arrays.copyOf(pairs, Math.multiplyExact(nodes, 2 * width));
        counts = Arrays.copyOf(counts, nodes);
    }

    /** A node that was reserved, with no pair in it. */
    final int take() {
        int node = firstUnused;
        if (node == NONE) {
            return made++;
        }
        firstUnused = -2 - counts[node];
        counts[node] = 0;
        return node;
    }

    final void release(int node) {
        counts[node] = -2 - firstUnused;
        firstUnused = node;
    }

    /** How many nodes have been made and are not in the list of unused ones. O(unused). */
    final int inUse() {
        int unused = 0;
        for (int node = firstUnused; node != NONE; node = -2 - counts[node]) {
            unused++;
        }
        return made - unused;
    }

    /**
     * The last pair of a node whose key is not above this one. Without a branch that depends on keys, as those would be guessed wrong half of the
     * time: Khuong and Morin, <i>Array Layouts for Comparison-Based Searching</i>, 2017, section 4.
     *
     * @param from the first pair to look at
     * @return its place in the node, or {@code from - 1} if all are above
     */
    final int floor(int node, int from, long key) {
        long[] all = pairs;
        int low = node * width + from;
        int left = counts[node] - from;
        while (left > 0) {
            int half = (left + 1) >>> 1;
            // All ones if that key is not above; keys are not negative, and the one looked for is -1 at least.
            low += half & (int) ((all[2 * (low + half - 1)] - key - 1) >> (Long.SIZE - 1));
            left -= half;
        }
        return low - node * width - 1;
    }

    /**
     * Like {@link #floor(int, int, long)}, with branches: where keys are not in the processor's caches, a guess that is right half of the time has
     * fetched the next key ahead.
     */
    final int floorInMemory(int node, int from, long key) {
        int low = node * width + from;
        int high = node * width + counts[node];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pairs[2 * middle] <= key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - node * width - 1;
    }

    /** Like {@link #floorInMemory(int, int, long)}, by key and then by value. */
    final int floorInMemory(int node, int from, long key, long value) {
        int low = node * width + from;
        int high = node * width + counts[node];
        while (low < high) {
            int middle = (low + high) >>> 1;
            long difference = pairs[2 * middle] - key;
            if (difference < 0 || (difference == 0 && pairs[2 * middle + 1] <= value)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - node * width - 1;
    }

    /** Like {@link #floor(int, int, long)}, by key and then by value. */
    final int floor(int node, int from, long key, long value) {
        int low = node * width + from;
        int left = counts[node] - from;
        while (left > 0) {
            int half = (left + 1) >>> 1;
            int at = 2 * (low + half - 1);
            long difference = pairs[at] - key;
            long sameAndNotAbove = ((difference - 1) & (pairs[at + 1] - value - 1)) & ~difference;
            low += half & (int) ((difference | sameAndNotAbove) >> (Long.SIZE - 1));
            left -= half;
        }
        return low - node * width - 1;
    }

    /** Opens a gap of one pair. */
    void openGap(int node, int place) {
        int at = 2 * (node * width + place);
        System.arraycopy(pairs, at, pairs, at + 2, 2 * (counts[node] - place));
        counts[node]++;
    }

    /** Closes the gap that a pair leaves. */
    void closeGap(int node, int place) {
        int at = 2 * (node * width + place);
        System.arraycopy(pairs, at + 2, pairs, at, 2 * (counts[node] - place - 1));
        counts[node]--;
    }

    /** Moves the pairs from a place on to the end of another node. */
    void moveTail(int from, int place, int to) {
        int moved = counts[from] - place;
        int target = 2 * (to * width + counts[to]);
        System.arraycopy(pairs, 2 * (from * width + place), pairs, target, 2 * moved);
        counts[from] = place;
        counts[to] += moved;
    }
}
