package dev.ashlar.space;

import java.util.Arrays;

/** The nodes of an {@link ExtentTree} above its leaves: an entry is a child, with a lower bound of the keys below it, and the largest value there. The bounds lie by themselves, as a search reads nothing else. */
final class InnerNodes extends TreeNodes {
    /** At most the smallest key below each child, and at least the largest below the one before. That of the first child of a node is not looked at. */
    long[] bounds;

    /** A leaf in the lowest level, else an inner node. */
    int[] children;

    /** The largest value below each child, if the tree keeps them. */
    long[] maxima;

    InnerNodes(int width) {
        super(width);
        bounds = new long[width];
        children = new int[width];
        maxima = new long[width];
    }

    long bound(int node, int place) {
        return bounds[node * width + place];
    }

    int child(int node, int place) {
        return children[node * width + place];
    }

    /**
     * The last child whose bound is not above a key, or else the first. Without a branch that depends on keys, as those would be guessed wrong half of the time: Khuong and Morin,
     * <i>Array Layouts for Comparison-Based Searching</i>, 2017, section 4.
     */
    int floor(int node, long key) {
        long[] all = bounds;
        int low = node * width + 1;
        int left = counts[node] - 1;
        while (left > 0) {
            int half = (left + 1) >>> 1;
            // All ones if that bound is not above; keys are not negative, and the one looked for is -1 at least.
            low += half & (int) ((all[low + half - 1] - key - 1) >> (Long.SIZE - 1));
            left -= half;
        }
        return low - node * width - 1;
    }

    /** The first child from one on below which there is a value as large as wanted, or {@link #NONE}. */
    int firstWith(int node, int from, long wanted) {
        int base = node * width;
        int end = base + counts[node];
        for (int at = base + from; at < end; at++) {
            if (maxima[at] >= wanted) {
                return at - base;
            }
        }
        return NONE;
    }

    /** The largest value below a node. */
    long max(int node) {
        long max = 0;
        for (int at = node * width, end = at + counts[node]; at < end; at++) {
            max = Math.max(max, maxima[at]);
        }
        return max;
    }

    @Override
    void grow(int nodes) {
        int entries = Math.multiplyExact(nodes, width);
        bounds = Arrays.copyOf(bounds, entries);
        children = Arrays.copyOf(children, entries);
        maxima = Arrays.copyOf(maxima, entries);
        super.grow(nodes);
    }

    @Override
    void openGap(int node, int place) {
        int at = node * width + place;
        move(at, at + 1, counts[node] - place);
        super.openGap(node, place);
    }

    @Override
    void closeGap(int node, int place) {
        int at = node * width + place;
        move(at + 1, at, counts[node] - place - 1);
        super.closeGap(node, place);
    }

    @Override
    void moveTail(int from, int place, int to) {
        move(from * width + place, to * width + counts[to], counts[from] - place);
        super.moveTail(from, place, to);
    }

    private void move(int from, int to, int entries) {
        System.arraycopy(bounds, from, bounds, to, entries);
        System.arraycopy(children, from, children, to, entries);
        System.arraycopy(maxima, from, maxima, to, entries);
    }
}
