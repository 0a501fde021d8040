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
     * A number that stands for an extent; the sums of two equal sets are equal, those of two others hardly ever.
     *
     * <p>The finalizer is that of Steele, Lea and Flood, <i>Fast Splittable Pseudorandom Number Generators</i>, 2014.
     */
    static long print(long offset, long length) {
        long mixed = (offset ^ Long.rotateLeft(length * 0x9e3779b97f4a7c15L, 32)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    void validate() {
        visit(tree.root(), 0, Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
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
        int base = node * inner.width;
        for (int at = base; at < base + count; at++) {
            boolean first = at == base;
            boolean last = at == base + count - 1;
            long below = visit(inner.children[at], level + 1,
                    first ? lowKey : inner.keys[at], first ? lowValue : inner.values[at],
                    last ? highKey : inner.keys[at + 1], last ? highValue : inner.values[at + 1]);
            if (tree.keepsMaxima()) {
                expect("largest value below child " + (at - base) + " of node " + node, inner.maxima[at], below);
            }
            max = Math.max(max, below);
        }
        return max;
    }

    private long visitLeaf(int leaf, int level, long lowKey, long lowValue, long highKey, long highValue) {
        expect("leaf in order", leaf, expectedLeaf);
        LeafNodes leaves = tree.leaves;
        expect("leaf before leaf " + leaf, leaves.previous[leaf], lastLeaf);
        int count = leaves.counts[leaf];
        if (count < (level == 0 ? 0 : 1) || count > leaves.width) {
            throw bad("pairs of leaf " + leaf, count, "1 to " + leaves.width);
        }
        long max = 0;
        long key = lowKey;
        long value = lowValue;
        boolean first = true;
        int base = leaf * leaves.width;
        for (int at = base; at < base + count; at++) {
            long nextKey = leaves.keys[at];
            long nextValue = leaves.values[at];
            boolean above = tree.keepsMaxima() ? first : nextValue > value || (nextValue == value && first);
            if (nextKey < key || (nextKey == key && !above)) {
                throw bad("pair behind (" + key + ", " + value + ")", nextKey, "a greater one");
            }
            key = nextKey;
            value = nextValue;
            first = false;
            max = Math.max(max, value);
        }
        if (count > 0 && (key > highKey || (key == highKey && (tree.keepsMaxima() || value >= highValue)))) {
            throw bad("last key of leaf " + leaf, key, "below " + highKey);
        }
        pairs += count;
        leafCount++;
        lastLeaf = leaf;
        expectedLeaf = leaves.next[leaf];
        return max;
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
