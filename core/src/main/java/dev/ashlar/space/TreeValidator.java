package dev.ashlar.space;

/** Checks an {@link ExtentTree} from the ground up: order, bounds, maxima, links, counts. O(n). */
final class TreeValidator {
    private final String name;
    private final ExtentTree tree;
    private long pairs;
    private int leafCount;
    private int innerCount;
    private int expectedLeaf;
    private int lastLeaf = ExtentTree.NONE;

    TreeValidator(String name, ExtentTree tree) {
        this.name = name;
        this.tree = tree;
        expectedLeaf = tree.firstLeaf();
    }

    /**
     * A number that stands for the extents of a tree; those of two equal sets are equal, those of two others hardly ever.
     *
     * @param byLength whether the lengths are the keys
     */
    static long print(ExtentTree tree, boolean byLength) {
        long print = 0;
        LeafNodes leaves = tree.leaves;
        for (int leaf = tree.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
            for (int place = 0; place < leaves.counts[leaf]; place++) {
                long key = leaves.key(leaf, place);
                long value = leaves.value(leaf, place);
                print += byLength ? print(value, key) : print(key, value);
            }
        }
        return print;
    }

    /** The finalizer is that of Steele, Lea and Flood, <i>Fast Splittable Pseudorandom Number Generators</i>, 2014. */
    private static long print(long offset, long length) {
        long mixed = (offset ^ Long.rotateLeft(length * 0x9e3779b97f4a7c15L, 32)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    void validate() {
        visit(tree.root(), 0, 0, 0, Long.MAX_VALUE, Long.MAX_VALUE);
        expect("leaf behind the last", expectedLeaf, ExtentTree.NONE);
        expect("pairs", tree.size(), pairs);
        expect("leaves", tree.leaves.inUse(), leafCount);
        expect("inner nodes", tree.inner.inUse(), innerCount);
    }

    /** Returns the largest value below a node, all of whose pairs must be in [(lowKey, lowValue), (highKey, highValue)). */
    private long visit(int node, int level, long lowKey, long lowValue, long highKey, long highValue) {
        if (level == tree.height()) {
            return visitLeaf(node, level, lowKey, lowValue, highKey, highValue);
        }
        innerCount++;
        InnerNodes inner = tree.inner;
        int count = inner.counts[node];
        if (count < (level == 0 ? 2 : 1) || count > inner.width) {
            throw bad("children of node " + node, count, "1 to " + inner.width + ", and 2 of the root");
        }
        long max = 0;
        for (int place = 0; place < count; place++) {
            boolean first = place == 0;
            boolean last = place == count - 1;
            long below = visit(inner.children[node * inner.width + place], level + 1,
                    first ? lowKey : inner.key(node, place), first ? lowValue : inner.value(node, place),
                    last ? highKey : inner.key(node, place + 1), last ? highValue : inner.value(node, place + 1));
            long kept = inner.maxima[node * inner.width + place];
            if (tree.keepsMaxima() && kept != below) {
                throw bad("largest value below child " + place + " of node " + node, kept, Long.toString(below));
            }
            max = Math.max(max, below);
        }
        return max;
    }

    private long visitLeaf(int leaf, int level, long lowKey, long lowValue, long highKey, long highValue) {
        LeafNodes leaves = tree.leaves;
        expect("leaf in order", leaf, expectedLeaf);
        expect("leaf before the next in order", leaves.previous[leaf], lastLeaf);
        int count = leaves.counts[leaf];
        if (count < (level == 0 ? 0 : 1) || count > leaves.width) {
            throw bad("pairs of leaf " + leaf, count, "1 to " + leaves.width);
        }
        checkOrder(leaf, count, lowKey, lowValue, highKey, highValue);
        pairs += count;
        leafCount++;
        lastLeaf = leaf;
        expectedLeaf = leaves.next[leaf];
        return leaves.max(leaf);
    }

    private void checkOrder(int leaf, int count, long lowKey, long lowValue, long highKey, long highValue) {
        LeafNodes leaves = tree.leaves;
        if (tree.keepsMaxima() && isInOrder(leaves.pairs, 2 * leaf * leaves.width, count, lowKey, highKey)) {
            return;
        }
        long key = lowKey;
        long value = lowValue;
        for (int place = 0; place < count; place++) {
            long nextKey = leaves.key(leaf, place);
            long nextValue = leaves.value(leaf, place);
            boolean sameIsAbove = place == 0 && (tree.keepsMaxima() || nextValue == value);
            boolean above = sameIsAbove || (!tree.keepsMaxima() && nextValue > value);
            if (nextKey < key || (nextKey == key && !above)) {
                throw bad("pair behind (" + key + ", " + value + ")", nextKey, "a greater one");
            }
            key = nextKey;
            value = nextValue;
        }
        if (count > 0 && (key > highKey || (key == highKey && (tree.keepsMaxima() || value >= highValue)))) {
            throw bad("last key of leaf " + leaf, key, "below " + highKey);
        }
    }

    /** Whether unique keys go up, all of them from a low one to below a high one. */
    private static boolean isInOrder(long[] pairs, int first, int count, long lowKey, long highKey) {
        // Negative if anything is wrong: so there is no branch in the loop.
        long wrong = 0;
        long before = lowKey - 1;
        for (int at = first; at < first + 2 * count; at += 2) {
            wrong |= pairs[at] | (pairs[at] - before - 1);
            before = pairs[at];
        }
        return (wrong | (highKey - before - 1)) >= 0;
    }

    private void expect(String what, long found, long expected) {
        if (found != expected) {
            throw bad(what, found, Long.toString(expected));
        }
    }

    private IllegalStateException bad(String what, long found, String expected) {
        return new IllegalStateException(
                "index " + name + ": " + what + ": " + found + " (expected: " + expected + ")");
    }
}
