package dev.ashlar.fit;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A tournament over a row of numbers: finds the first that is at least as large as wanted, in O(log n).
 *
 * <p>Johnson, <i>Near-Optimal Bin Packing Algorithms</i>, 1973, uses it to make first fit fast. A node keeps the larger of its children;
 * leaf {@code i} is at {@code leaves + i}, the root at 1.
 */
final class MaxTree {
    /** What a search that finds nothing returns. */
    static final int NONE = -1;

    private final int[] nodes;
    private final int leaves;

    MaxTree(int size) {
        leaves = size <= 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
        nodes = new int[2 * leaves];
    }

    /** The largest of all. */
    int max() {
        return nodes[1];
    }

    int get(int index) {
        return nodes[leaves + index];
    }

    /** Makes one number at least {@code value}. Usually O(1): it ends where nothing changes. */
    void raise(int index, int value) {
        for (int node = leaves + index; node != 0 && nodes[node] < value; node >>>= 1) {
            nodes[node] = value;
        }
    }

    /** Sets one number, to less or more than it was. */
    void set(int index, int value) {
        int node = leaves + index;
        nodes[node] = value;
        for (node >>>= 1; node != 0; node >>>= 1) {
            int max = Math.max(nodes[2 * node], nodes[2 * node + 1]);
            if (nodes[node] == max) {
                return;
            }
            nodes[node] = max;
        }
    }

    void clear() {
        fill(0);
    }

    /** Sets all numbers to one, and those that are there for the shape alone. */
    void fill(int value) {
        Arrays.fill(nodes, value);
    }

    /** Sets the first {@code count} numbers, and the others to 0; O(n), and not O(n log n). */
    void setAll(int count, IntUnaryOperator values) {
        for (int i = 0; i < leaves; i++) {
            nodes[leaves + i] = i < count ? values.applyAsInt(i) : 0;
        }
        for (int node = leaves - 1; node > 0; node--) {
            nodes[node] = Math.max(nodes[2 * node], nodes[2 * node + 1]);
        }
    }

    /** The first index at or after {@code from} whose number is at least {@code wanted}, a positive one; or {@link #NONE}. */
    int firstAtLeast(int from, int wanted) {
        if (from >= leaves) {
            return NONE;
        }
        int node = leaves + from;
        while (nodes[node] < wanted) {
            // To the next subtree on the right: up while we are a right child, then one step aside.
            while ((node & 1) == 1) {
                node >>>= 1;
            }
            if (node == 0) {
                return NONE;
            }
            node++;
        }
        while (node < leaves) {
            node <<= 1;
            if (nodes[node] < wanted) {
                node++;
            }
        }
        return node - leaves;
    }
}
