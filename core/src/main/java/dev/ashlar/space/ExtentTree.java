package dev.ashlar.space;

/**
 * An ordered set of pairs (key, value), by key and then by value, that also finds the next pair whose value is large enough: free
 * extents by offset with their lengths, or by length with their offsets.
 *
 * <p>A B+ tree (Comer, <i>The Ubiquitous B-Tree</i>, 1979) in flat arrays, with the largest value below each child kept beside it, as in
 * Johnson's tournament for first fit (<i>Near-Optimal Bin Packing Algorithms</i>, 1973). All operations are O(log n).
 *
 * <pre>{@code
 *     index    | bound, child, max | bound, child, max | ...          LeafIndex
 *     leaves   | key, value | key, value | ... | <-> | ...            linked both ways
 * }</pre>
 *
 * <p>A search leaves a position behind, with the path to it, and changes are made at the position. A leaf that fills at its very end is not halved, so that pairs which arrive in order
 * leave full leaves.
 *
 * <p>Not thread-safe, but {@link #indexOfFloor} may be called while another thread makes a change: it ends, and returns anything or throws
 * an {@link IndexOutOfBoundsException}.
 */
final class ExtentTree {
    static final int NONE = TreeNodes.NONE;

    static final int LEAF_WIDTH = 64;
    /** From this height on, with hundreds of thousands of pairs, the leaves are too many for a core's caches. */
    private static final int HEIGHT_IN_MEMORY = 3;

    final LeafNodes leaves = new LeafNodes(LEAF_WIDTH);
    final LeafIndex index;
    private final boolean keepsMaxima;
    private long size;

    // The position: a pair in a leaf, or -1 before its first. The index has the path to the leaf.
    private int leaf;
    private int slot;
    // The key that the position was searched by, if it is where a pair of that key would be behind; else NONE.
    private long searched = NONE;

    /**
     * An empty set: with maxima, of unique keys; or without, of keys of which few are equal, where {@link #seek}, {@link #max} and {@link #replace} must not be used.
     */
    ExtentTree(boolean keepsMaxima) {
        this.keepsMaxima = keepsMaxima;
        index = new LeafIndex(leaves, keepsMaxima);
    }

    long size() {
        return size;
    }

    boolean keepsMaxima() {
        return keepsMaxima;
    }

    long key() {
        return leaves.key(leaf, slot);
    }

    long value() {
        return leaves.value(leaf, slot);
    }

    int firstLeaf() {
        return index.firstLeaf();
    }

    /** The largest key; 0 if there is none. O(log n). */
    long lastKey() {
        int last = index.lastLeaf();
        return leaves.counts[last] == 0 ? 0 : leaves.key(last, leaves.counts[last] - 1);
    }

    /** Goes to the last pair whose key is at most this; false if there is none. */
    boolean floor(long key) {
        if (key != searched) {
            descend(key, Long.MAX_VALUE);
        }
        if (slot >= 0) {
            return true;
        }
        int before = leaves.previous[leaf];
        if (before == NONE) {
            return false;
        }
        int last = leaves.counts[before] - 1;
        descend(leaves.key(before, last), leaves.value(before, last));
        return true;
    }

    /** Goes to the first pair that is not below (key, value), by the key alone where keys are unique; false if there is none. */
    boolean ceiling(long key, long value) {
        descend(key, value);
        return (slot >= 0 && key() == key && (keepsMaxima || value() == value)) || next();
    }

    /** Goes from the position to the next pair; false, and stays, if there is none. */
    boolean next() {
        if (slot + 1 < leaves.counts[leaf]) {
            slot++;
            searched = NONE;
            return true;
        }
        int after = leaves.next[leaf];
        if (after == NONE) {
            return false;
        }
        descend(leaves.key(after, 0), leaves.value(after, 0));
        return true;
    }

    /** The key of the pair behind the position, or {@link Long#MAX_VALUE} if there is none. */
    long nextKey() {
        if (slot + 1 < leaves.counts[leaf]) {
            return leaves.key(leaf, slot + 1);
        }
        int after = leaves.next[leaf];
        return after == NONE ? Long.MAX_VALUE : leaves.key(after, 0);
    }

    /** Where (key, value) is, or would be behind. */
    private void descend(long key, long value) {
        if (keepsMaxima) {
            leaf = index.descend(key);
            slot = floorInLeaf(leaf, key);
            searched = key;
        } else {
            leaf = index.descend(key, value);
            slot = leaves.floorOfEqual(leaf, floorInLeaf(leaf, key), key, value);
            searched = NONE;
        }
    }

    /**
     * Where the last pair lies whose key is at most this: its index in the leaves' arrays, or {@link #NONE}. Changes no position.
     *
     * @throws IndexOutOfBoundsException if the tree is being changed
     */
    int indexOfFloor(long key) {
        int node = index.leafOf(key);
        int place = floorInLeaf(node, key);
        if (place < 0) {
            node = leaves.previous[node];
            if (node == NONE) {
                return NONE;
            }
            place = leaves.counts[node] - 1;
        }
        return node * LEAF_WIDTH + place;
    }

    private int floorInLeaf(int node, long key) {
        return index.height() < HEIGHT_IN_MEMORY ? leaves.floor(node, key) : leaves.floorInMemory(node, key);
    }

    /** The largest value, 0 if there is none. O(1) but for a tree of one leaf. */
    long max() {
        return index.max();
    }

    /** Goes to the first pair whose key is at least {@code key} and whose value is at least {@code wanted}; false if there is none. */
    boolean seek(long key, long wanted) {
        searched = NONE;
        int node = index.descendWith(key - 1, wanted);
        if (node != NONE && seekInLeaf(node, floorInLeaf(node, key - 1) + 1, wanted)) {
            return true;
        }
        node = index.nextWith(wanted);
        return node != NONE && seekInLeaf(node, 0, wanted);
    }

    private boolean seekInLeaf(int node, int from, long wanted) {
        long[] pairs = leaves.pairs;
        int base = node * LEAF_WIDTH;
        int end = base + leaves.counts[node];
        for (int at = base + from; at < end; at++) {
            if (pairs[2 * at + 1] >= wanted) {
                leaf = node;
                slot = at - base;
                return true;
            }
        }
        return false;
    }

    /** Replaces the pair at the position by one that has the same neighbours. */
    void replace(long key, long value) {
        long oldKey = key();
        if ((key > oldKey && slot == leaves.counts[leaf] - 1) || (key < oldKey && slot == 0)) {
            // It may have to cross the bound between two leaves.
            reserve(1);
            remove();
            insert(key, value);
            return;
        }
        long oldValue = value();
        leaves.set(leaf, slot, key, value);
        searched = NONE;
        if (keepsMaxima) {
            if (value > oldValue) {
                index.raise(value);
            } else {
                index.lower(oldValue);
            }
        }
    }

    /** Makes room for so many insertions, so that none of them can fail. If memory for it can't be had, nothing has changed. */
    void reserve(int insertions) {
        leaves.reserve(insertions);
        index.reserve(insertions);
    }

    /** Adds a pair that is not there yet. The position is lost. If memory for it can't be had, nothing has changed. */
    void insert(long key, long value) {
        reserve(1);
        if (key != searched) {
            descend(key, value);
        }
        searched = NONE;
        if (keepsMaxima) {
            index.raise(value);
        }
        int node = leaf;
        int place = slot + 1;
        if (leaves.counts[node] == LEAF_WIDTH) {
            int right = leaves.take();
            boolean atEnd = place == LEAF_WIDTH && leaves.next[node] == NONE;
            int kept = atEnd ? LEAF_WIDTH : LEAF_WIDTH / 2;
            leaves.linkAfter(node, right);
            leaves.moveTail(node, kept, right);
            boolean goesRight = place > kept || atEnd;
            put(goesRight ? right : node, goesRight ? place - kept : place, key, value);
            index.add(right);
        } else {
            put(node, place, key, value);
        }
        size++;
    }

    private void put(int node, int place, long key, long value) {
        leaves.openGap(node, place);
        leaves.set(node, place, key, value);
    }

    /** Takes the pair at the position away. The position is lost. */
    void remove() {
        long value = value();
        searched = NONE;
        leaves.closeGap(leaf, slot);
        size--;
        if (keepsMaxima) {
            index.lower(value);
        }
        if (leaves.counts[leaf] < LEAF_WIDTH / 4) {
            index.shrink(leaf);
        }
    }
}
