package dev.ashlar.space;

/**
 * What is above the leaves of an {@link ExtentTree}: finds the leaf that a key belongs to, and the next one in which a value is large enough.
 *
 * <pre>{@code
 *     inner    | bound, child, max | bound, child, max | ...          what is below child i is in [bound i, bound i+1]
 * }</pre>
 *
 * <p>A search leaves the path to its leaf behind, and changes are made along it. A node that is less than a quarter full is merged with a neighbour below the same parent, if both fill
 * three quarters of one at most. Where keys are unique, none equals the bound after it; where they are not, the first pairs below decide between children with equal bounds.
 */
final class LeafIndex {
    private static final int NONE = TreeNodes.NONE;
    private static final int WIDTH = 64;
    private static final int MAX_HEIGHT = 16;

    final InnerNodes inner = new InnerNodes(WIDTH);
    private final LeafNodes leaves;
    private final boolean keepsMaxima;
    private int root;
    private int height;

    // The path: for each level above the leaf the node and the place in it; and how many levels of it a search by value went down.
    private final int[] nodes = new int[MAX_HEIGHT];
    private final int[] places = new int[MAX_HEIGHT];
    private int depth;

    /** Above one leaf. */
    LeafIndex(LeafNodes leaves, boolean keepsMaxima) {
        this.leaves = leaves;
        this.keepsMaxima = keepsMaxima;
        leaves.reserve(1);
        root = leaves.take();
    }

    int root() {
        return root;
    }

    int height() {
        return height;
    }

    int firstLeaf() {
        return firstLeaf(root, 0);
    }

    private int firstLeaf(int top, int from) {
        int node = top;
        for (int level = from; level < height; level++) {
            node = inner.child(node, 0);
        }
        return node;
    }

    int lastLeaf() {
        int node = root;
        for (int level = 0; level < height; level++) {
            node = inner.child(node, inner.counts[node] - 1);
        }
        return node;
    }

    /** The largest value, 0 if there is none. O(1) but for one leaf. */
    long max() {
        return height == 0 ? leaves.max(root) : inner.max(root);
    }

    /** The leaf that a key belongs to, without a path. Ends, and returns anything or throws an {@link IndexOutOfBoundsException}, if something is being changed. */
    int leafOf(long key) {
        int node = root;
        for (int level = height; level > 0; level--) {
            node = inner.child(node, inner.floor(node, key));
        }
        return node;
    }

    /** Goes to the leaf that a unique key belongs to. */
    int descend(long key) {
        int node = root;
        for (int level = 0; level < height; level++) {
            int place = inner.floor(node, key);
            nodes[level] = node;
            places[level] = place;
            node = inner.child(node, place);
        }
        return node;
    }

    /** Goes to the leaf that a pair belongs to, by key and then by value. */
    int descend(long key, long value) {
        int node = root;
        for (int level = 0; level < height; level++) {
            int place = inner.floor(node, key);
            while (place > 0 && inner.bound(node, place) == key
                    && startsAbove(inner.child(node, place), level + 1, key, value)) {
                place--;
            }
            nodes[level] = node;
            places[level] = place;
            node = inner.child(node, place);
        }
        return node;
    }

    private boolean startsAbove(int node, int level, long key, long value) {
        int leaf = firstLeaf(node, level);
        long first = leaves.key(leaf, 0);
        return first > key || (first == key && leaves.value(leaf, 0) > value);
    }

    /** Goes down as {@link #descend(long)}, as far as there is a value as large as wanted; {@link #NONE} if that ends above the leaf. */
    int descendWith(long key, long wanted) {
        int node = root;
        for (int level = 0; level < height; level++) {
            int place = inner.floor(node, key);
            nodes[level] = node;
            places[level] = place;
            if (inner.maxima[node * WIDTH + place] < wanted) {
                depth = level + 1;
                return NONE;
            }
            node = inner.child(node, place);
        }
        depth = height;
        return node;
    }

    /** Goes on to the right of where {@link #descendWith} ended, to the next leaf with a value as large as wanted; {@link #NONE} if there is none. */
    int nextWith(long wanted) {
        for (int level = depth - 1; level >= 0; level--) {
            int place = inner.firstWith(nodes[level], places[level] + 1, wanted);
            if (place == NONE) {
                continue;
            }
            places[level] = place;
            int node = inner.child(nodes[level], place);
            for (int below = level + 1; below < height; below++) {
                nodes[below] = node;
                places[below] = inner.firstWith(node, 0, wanted);
                node = inner.child(node, places[below]);
            }
            return node;
        }
        return NONE;
    }

    /** Makes room for so many leaves to be added. */
    void reserve(int added) {
        inner.reserve(added * (height + 2));
    }

    /** Adds a leaf with pairs behind the one at the path's end. The path is lost. */
    void add(int leaf) {
        addChild(height - 1, leaf, leaves.key(leaf, 0));
    }

    /** Adds a node behind the one that the path goes through below a level. */
    private void addChild(int level, int child, long bound) {
        if (level < 0) {
            growRoot(child, bound);
            return;
        }
        int node = nodes[level];
        int place = places[level] + 1;
        refreshMax(level, node, places[level]);
        if (inner.counts[node] < WIDTH) {
            putChild(level, node, place, child, bound);
            return;
        }
        int right = inner.take();
        int kept = place == WIDTH ? WIDTH - 1 : WIDTH / 2;
        inner.moveTail(node, kept, right);
        if (place > kept) {
            putChild(level, right, place - kept, child, bound);
        } else {
            putChild(level, node, place, child, bound);
        }
        addChild(level - 1, right, inner.bound(right, 0));
    }

    private void putChild(int level, int node, int place, int child, long bound) {
        inner.openGap(node, place);
        int at = node * WIDTH + place;
        inner.bounds[at] = bound;
        inner.children[at] = child;
        refreshMax(level, node, place);
    }

    private void growRoot(int child, long bound) {
        int old = root;
        int top = inner.take();
        inner.children[top * WIDTH] = old;
        inner.counts[top] = 1;
        root = top;
        height++;
        refreshMax(0, top, 0);
        putChild(0, top, 1, child, bound);
    }

    /** The leaf at the path's end has become small: merges it, or takes it away if it is empty. The path is lost. */
    void shrink(int leaf) {
        if (height > 0) {
            shrink(height - 1, leaf, leaves);
        }
    }

    private void shrink(int level, int child, TreeNodes kind) {
        int node = nodes[level];
        int place = places[level];
        if (kind.counts[child] == 0) {
            dropChild(level, node, place, child, kind);
        } else if (place + 1 < inner.counts[node] && fitTogether(kind, child, inner.child(node, place + 1))) {
            merge(level, node, place, kind);
        } else if (place > 0 && fitTogether(kind, inner.child(node, place - 1), child)) {
            merge(level, node, place - 1, kind);
        }
    }

    private static boolean fitTogether(TreeNodes kind, int left, int right) {
        return kind.counts[left] + kind.counts[right] <= kind.width / 4 * 3;
    }

    private void merge(int level, int node, int place, TreeNodes kind) {
        int left = inner.child(node, place);
        int right = inner.child(node, place + 1);
        if (kind == inner) {
            // What was the first bound of its node, and not looked at, becomes one that is.
            inner.bounds[right * WIDTH] = inner.bound(node, place + 1);
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
        } else if (inner.counts[node] < WIDTH / 4) {
            shrink(level - 1, node, inner);
        }
    }

    private void shrinkRoot() {
        while (height > 0 && inner.counts[root] == 1) {
            int only = inner.child(root, 0);
            inner.release(root);
            root = only;
            height--;
        }
    }

    /** A value has come below the path. */
    void raise(long value) {
        for (int level = height - 1; level >= 0; level--) {
            int at = nodes[level] * WIDTH + places[level];
            if (inner.maxima[at] >= value) {
                return;
            }
            inner.maxima[at] = value;
        }
    }

    /** A value below the path is gone or has become less. */
    void lower(long oldValue) {
        for (int level = height - 1; level >= 0; level--) {
            int at = nodes[level] * WIDTH + places[level];
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
            int at = node * WIDTH + place;
            inner.maxima[at] = maxBelow(level, at);
        }
    }

    private long maxBelow(int level, int at) {
        int child = inner.children[at];
        return level == height - 1 ? leaves.max(child) : inner.max(child);
    }
}
