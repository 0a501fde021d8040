package dev.ashlar.space;

import java.util.Arrays;

/** The nodes of an {@link ExtentTree} above its leaves: each pair is a lower bound of what is below a child; that of the first is not looked at. */
final class InnerNodes extends TreeNodes {
    /** A leaf in the lowest level, else an inner node. */
    int[] children;

    /** The largest value below each child, if the tree keeps them. */
    long[] maxima;

    InnerNodes(int width) {
        super(width);
        children = new int[width];
        maxima = new long[width];
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
        int pairs = Math.multiplyExact(nodes, width);
        children = Arrays.copyOf(children, pairs);
        maxima = Arrays.copyOf(maxima, pairs);
        super.grow(nodes);
    }

    @Override
    void openGap(int node, int place) {
        int at = node * width + place;
        int moved = counts[node] - place;
        System.arraycopy(children, at, children, at + 1, moved);
        System.arraycopy(maxima, at, maxima, at + 1, moved);
        super.openGap(node, place);
    }

    @Override
    void closeGap(int node, int place) {
        int at = node * width + place;
        int moved = counts[node] - place - 1;
        System.arraycopy(children, at + 1, children, at, moved);
        System.arraycopy(maxima, at + 1, maxima, at, moved);
        super.closeGap(node, place);
    }

    @Override
    void moveTail(int from, int place, int to) {
        int at = from * width + place;
        int target = to * width + counts[to];
        int moved = counts[from] - place;
        System.arraycopy(children, at, children, target, moved);
        System.arraycopy(maxima, at, maxima, target, moved);
        super.moveTail(from, place, to);
    }
}
