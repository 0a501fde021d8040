package dev.ashlar.space;

/**
 * An ordered set of pairs (key, value), by key and then by value, that also finds the next pair whose value is large enough: free
 * extents by offset with their lengths, or by length with their offsets.
 *
 * <p>A B+ tree (Comer, <i>The Ubiquitous B-Tree</i>, 1979) in flat arrays, with the largest value below each child kept beside it, as in
 * Johnson's tournament for first fit (<i>Near-Optimal Bin Packing Algorithms</i>, 1973). All operations are O(log n).
 *
 * <pre>{@code
 *     inner    | bound, child, max | bound, child, max | ...          what is below child i is >= bound i and < bound i+1
 *     leaves   | key, value | key, value | ... | <-> | ...            linked both ways
 * }</pre>
 *
 * <p>A search leaves a position behind, with the path to it, and changes are made at the position. A node that is less than a quarter full
 * is merged with a neighbour below the same parent, if both fill three quarters of one at most; a leaf that fills at its very end is not
 * halved, so that pairs which arrive in order leave full leaves.
 *
 * <p>Not thread-safe, but {@link #indexOfFloor} may be called while another thread makes a change: it ends, and returns anything or throws
 * an {@link IndexOutOfBoundsException}.
 */
final class ExtentTree {
    static final int NONE = TreeNodes.NONE;

    static final int LEAF_WIDTH = 64;
    private static final int INNER_WIDTH = 32;
    private static final int MAX_HEIGHT = 16;
    /** From this height on, with tens of thousands of pairs, the leaves are too many for a core's caches. */
    private static final int HEIGHT_IN_MEMORY = 3;

    final LeafNodes leaves = new LeafNodes(LEAF_WIDTH);
    final InnerNodes inner = new InnerNodes(INNER_WIDTH);
    private final boolean keepsMaxima;
    private int root;
    private int height;
    private long size;

    // The position: a pair in a leaf, or -1 before its first, and for each level above the node and the place in it.
    private int leaf;
    private int slot;
    private final int[] nodes = new int[MAX_HEIGHT];
    private final int[] places = new int[MAX_HEIGHT];
    // The key that the position was searched by, if it is where a pair of that key would be behind; else NONE.
    private long searched = NONE;

    /** An empty set: with maxima, of unique keys; or without, where {@link #seek}, {@link #max} and {@link #replace} must not be used. */
    ExtentTree(boolean keepsMaxima) {
        this.keepsMaxima = keepsMaxima;
        leaves.reserve(1);
        root = leaves.take();
    }

    long size() {
        return size;
    }

    int root() {
        return root;
    }

    int height() {
        return height;
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
        int node = root;
        for (int level = 0; level < height; level++) {
            node = inner.children[node * INNER_WIDTH];
        }
        return node;
    }

    /** The largest key; 0 if there is none. O(log n). */
    long lastKey() {
        int node = root;
        for (int level = 0; level < height; level++) {
            node = inner.children[node * INNER_WIDTH + inner.counts[node] - 1];
        }
        return leaves.counts[node] == 0 ? 0 : leaves.key(node, leaves.counts[node] - 1);
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
        int node = root;
        for (int level = 0; level < height; level++) {
            int place = keepsMaxima ? inner.floor(node, 1, key) : inner.floor(node, 1, key, value);
            nodes[level] = node;
            places[level] = place;
            node = inner.children[node * INNER_WIDTH + place];
        }
        leaf = node;
        slot = keepsMaxima ? floorInLeaf(node, key) : floorInLeaf(node, key, value);
        searched = keepsMaxima ? key : NONE;
    }

    /**
     * Where the last pair lies whose key is at most this: its index in the leaves' arrays, or {@link #NONE}. Changes no position.
     *
     * @throws IndexOutOfBoundsException if the tree is being changed
     */
    int indexOfFloor(long key) {
        int node = root;
        for (int level = height; level > 0; level--) {
            node = inner.children[node * INNER_WIDTH + inner.floor(node, 1, key)];
        }
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
        return height < HEIGHT_IN_MEMORY ? leaves.floor(node, 0, key) : leaves.floorInMemory(node, 0, key);
    }

    private int floorInLeaf(int node, long key, long value) {
        return height < HEIGHT_IN_MEMORY
                ? leaves.floor(node, 0, key, value)
                : leaves.floorInMemory(node, 0, key, value);
    }

    /** The largest value, 0 if there is none. O(1) but for a tree of one leaf. */
    long max() {
        return height == 0 ? maxOfLeaf(root) : maxOfInner(root);
    }

    /** Goes to the first pair whose key is at least {@code key} and whose value is at least {@code wanted}; false if there is none. */
    boolean seek(long key, long wanted) {
        searched = NONE;
        int node = root;
        int level = 0;
        boolean pruned = false;
        for (; level < height; level++) {
            int place = inner.floor(node, 1, key - 1);
            nodes[level] = node;
            places[level] = place;
            if (inner.maxima[node * INNER_WIDTH + place] < wanted) {
                pruned = true;
                level++;
                break;
            }
            node = inner.children[node * INNER_WIDTH + place];
        }
        if (!pruned && seekInLeaf(node, floorInLeaf(node, key - 1) + 1, wanted)) {
            return true;
        }
        return seekAside(level - 1, wanted);
    }

    /** Goes on to the right of the path: up to the first level where a later child has what is wanted, then down. */
    private boolean seekAside(int from, long wanted) {
        for (int level = from; level >= 0; level--) {
            int place = firstInner(nodes[level], places[level] + 1, wanted);
            if (place == NONE) {
                continue;
            }
            places[level] = place;
            int node = inner.children[nodes[level] * INNER_WIDTH + place];
            for (int below = level + 1; below < height; below++) {
                nodes[below] = node;
                places[below] = firstInner(node, 0, wanted);
                node = inner.children[node * INNER_WIDTH + places[below]];
            }
            return seekInLeaf(node, 0, wanted);
        }
        return false;
    }

    private int firstInner(int node, int from, long wanted) {
        long[] maxima = inner.maxima;
        int base = node * INNER_WIDTH;
        int end = base + inner.counts[node];
        for (int at = base + from; at < end; at++) {
            if (maxima[at] >= wanted) {
                return at - base;
            }
        }
        return NONE;
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
                raise(value);
            } else {
                lower(oldValue);
            }
        }
    }

    /** Makes room for so many insertions, so that none of them can fail. If memory for it can't be had, nothing has changed. */
    void reserve(int insertions) {
        leaves.reserve(insertions);
        inner.reserve(insertions * (height + 2));
    }

    /** Adds a pair that is not there yet. The position is lost. If memory for it can't be had, nothing has changed. */
    void insert(long key, long value) {
        reserve(1);
        if (key != searched) {
            descend(key, value);
        }
        searched = NONE;
        if (keepsMaxima) {
            raise(value);
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
            addChild(height - 1, right, leaves.key(right, 0), leaves.value(right, 0));
        } else {
            put(node, place, key, value);
        }
        size++;
    }

    private void put(int node, int place, long key, long value) {
        leaves.openGap(node, place);
        leaves.set(node, place, key, value);
    }

    /** Adds a node behind the one that the path goes through below a level. */
    private void addChild(int level, int child, long key, long value) {
        if (level < 0) {
            growRoot(child, key, value);
            return;
        }
        int node = nodes[level];
        int place = places[level] + 1;
        refreshMax(level, node, places[level]);
        if (inner.counts[node] < INNER_WIDTH) {
            putChild(level, node, place, child, key, value);
            return;
        }
        int right = inner.take();
        int kept = place == INNER_WIDTH ? INNER_WIDTH - 1 : INNER_WIDTH / 2;
        inner.moveTail(node, kept, right);
        if (place > kept) {
            putChild(level, right, place - kept, child, key, value);
        } else {
            putChild(level, node, place, child, key, value);
        }
        addChild(level - 1, right, inner.key(right, 0), inner.value(right, 0));
    }

    private void putChild(int level, int node, int place, int child, long key, long value) {
        inner.openGap(node, place);
        inner.set(node, place, key, value);
        inner.children[node * INNER_WIDTH + place] = child;
        refreshMax(level, node, place);
    }

    private void growRoot(int child, long key, long value) {
        int old = root;
        int top = inner.take();
        inner.children[top * INNER_WIDTH] = old;
        inner.counts[top] = 1;
        root = top;
        height++;
        refreshMax(0, top, 0);
        putChild(0, top, 1, child, key, value);
    }

    /** Takes the pair at the position away. The position is lost. */
    void remove() {
        long value = value();
        searched = NONE;
        leaves.closeGap(leaf, slot);
        size--;
        if (keepsMaxima) {
            lower(value);
        }
        if (leaves.counts[leaf] < LEAF_WIDTH / 4 && height > 0) {
            shrink(height - 1, leaf, leaves);
        }
    }

    /** A node below a level of the path has become small: merges it, or takes it away if it is empty. */
    private void shrink(int level, int child, TreeNodes kind) {
        int node = nodes[level];
        int place = places[level];
        if (kind.counts[child] == 0) {
            dropChild(level, node, place, child, kind);
        } else if (place + 1 < inner.counts[node] && fitTogether(kind, child, childAt(node, place + 1))) {
            merge(level, node, place, kind);
        } else if (place > 0 && fitTogether(kind, childAt(node, place - 1), child)) {
            merge(level, node, place - 1, kind);
        }
    }

    private static boolean fitTogether(TreeNodes kind, int left, int right) {
        return kind.counts[left] + kind.counts[right] <= kind.width / 4 * 3;
    }

    private int childAt(int node, int place) {
        return inner.children[node * INNER_WIDTH + place];
    }

    private void merge(int level, int node, int place, TreeNodes kind) {
        int left = childAt(node, place);
        int right = childAt(node, place + 1);
        if (kind == inner) {
            // What was the first bound of its node, and not looked at, becomes one that is.
            inner.set(right, 0, inner.key(node, place + 1), inner.value(node, place + 1));
        }
        kind.moveTail(right, 0, left);
        refreshMax(level, node, place);
        dropChild(level, node, place + 1, right, kind);
    }

    private void dropChild(int level, int node, int place, int child, TreeNodes kind) {
        if (kind == leaves) {
            leaves.unlink(child);
        }
        kind.release(child);
        inner.closeGap(node, place);
        if (level == 0) {
            shrinkRoot();
        } else if (inner.counts[node] < INNER_WIDTH / 4) {
            shrink(level - 1, node, inner);
        }
    }

    private void shrinkRoot() {
        while (height > 0 && inner.counts[root] == 1) {
            int only = childAt(root, 0);
            inner.release(root);
            root = only;
            height--;
        }
    }

    private void raise(long value) {
        for (int level = height - 1; level >= 0; level--) {
            int at = nodes[level] * INNER_WIDTH + places[level];
            if (inner.maxima[at] >= value) {
                return;
            }
            inner.maxima[at] = value;
        }
    }

    /** A value below the path is gone or has become less. */
    private void lower(long oldValue) {
        for (int level = height - 1; level >= 0; level--) {
            int at = nodes[level] * INNER_WIDTH + places[level];
            if (inner.maxima[at] > oldValue) {
                return;
            }
            long max = maxBelow(level, at);
            if (inner.maxima[at] == max) {
                return;
            }
            inner.maxima[at] = max;
        }
    }

    private void refreshMax(int level, int node, int place) {
        if (keepsMaxima) {
            int at = node * INNER_WIDTH + place;
            inner.maxima[at] = maxBelow(level, at);
        }
    }

    private long maxBelow(int level, int at) {
        int child = inner.children[at];
        return level == height - 1 ? maxOfLeaf(child) : maxOfInner(child);
    }

    private long maxOfLeaf(int node) {
        return leaves.max(node);
    }

    private long maxOfInner(int node) {
        return inner.max(node);
    }
}
