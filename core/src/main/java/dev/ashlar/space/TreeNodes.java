package dev.ashlar.space;

import java.util.Arrays;

/**
 * The nodes of one kind of an {@link ExtentTree}: each has room for a fixed number of entries, in order of their keys, and lies in flat arrays beside all others, so that a tree of a
 * million extents is a handful of Java objects.
 *
 * <pre>{@code
 *     entries  | node 0: entry 0, entry 1, ... | node 1: ... |            entry p of node n is at n * width + p
 *     counts   | entries in node 0 | ... |                                0: not in use, or the empty root
 * }</pre>
 *
 * <p>Nodes that are not in use are linked through their counts, as {@code -2 - next}, and {@link #NONE} ends the list.
 */
abstract class TreeNodes {
    static final int NONE = -1;

    final int width;
    int[] counts;
    private int firstUnused = NONE;
    private int made;

    TreeNodes(int width) {
        this.width = width;
        counts = new int[1];
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
        counts = Arrays.copyOf(counts, nodes);
    }

    /** A node that was reserved, with nothing in it. */
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

    /** Opens a gap of one entry. */
    void openGap(int node, int place) {
        counts[node]++;
    }

    /** Closes the gap that an entry leaves. */
    void closeGap(int node, int place) {
        counts[node]--;
    }

    /** Moves the entries from a place on to the end of another node. */
    void moveTail(int from, int place, int to) {
        counts[to] += counts[from] - place;
        counts[from] = place;
    }
}
