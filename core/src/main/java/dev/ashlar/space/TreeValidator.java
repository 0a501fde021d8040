package dev.ashlar.space;

/** Checks an {@link ExtentTree} from the ground up: order, bounds, maxima, links, counts. Sums it up on the way, where its pairs are ranges. O(n). */
final class TreeValidator {
    private final String name;
    private final ExtentTree tree;
    private long pairs;
    private int leafCount;
    private int innerCount;
    private int expectedLeaf;
    private int lastLeaf = ExtentTree.NONE;
    // Of the leaf that was visited last.
    private long max;
    // Of ranges.
    private long sum;
    private long end;
    private boolean touches;

    TreeValidator(String name, ExtentTree tree, long start) {
        this.name = name;
        this.tree = tree;
        end = start - 1;
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
            print += print(leaves.pairs, 2 * leaf * leaves.width, leaves.counts[leaf], byLength ? 1 : 0);
        }
        return print;
    }

    private static long print(long[] pairs, int first, int count, int offsetIn) {
        long print = 0;
        for (int at = first, last = first + 2 * count; at < last; at += 2) {
            print += print(pairs[at + offsetIn], pairs[at + 1 - offsetIn]);
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
        boolean sound = tree.keepsMaxima()
                ? visitRanges(leaf, count, lowKey, highKey)
                : isInOrder(leaves.pairs, 2 * leaf * leaves.width, count, lowKey, lowValue, highKey, highValue);
        if (!sound) {
            throw outOfOrder(leaf, lowKey, lowValue, highKey, highValue);
        }
        pairs += count;
        leafCount++;
        lastLeaf = leaf;
        expectedLeaf = leaves.next[leaf];
        return max;
    }

    /** Whether unique keys go up, from a low one to below a high one. Sums the ranges up, and sees whether they are apart. */
    private boolean visitRanges(int leaf, int count, long lowKey, long highKey) {
        long[] all = tree.leaves.pairs;
        int first = 2 * leaf * tree.leaves.width;
        int last = first + 2 * count;
        // Negative if anything is wrong: so there is no branch in the loop.
        long wrong = 0;
        long touching = 0;
        long before = lowKey - 1;
        long behind = end;
        long most = 0;
        long lengths = 0;
        for (int at = first; at < last; at += 2) {
            long key = all[at];
            long value = all[at + 1];
            wrong |= key | (key - before - 1);
            touching |= (value - 1) | (key - behind - 1);
            before = key;
            behind = key + value;
            touching |= behind;
            most = Math.max(most, value);
            lengths += value;
        }
        max = most;
        sum += lengths;
        end = behind;
        touches |= touching < 0;
        return (wrong | (highKey - before - 1)) >= 0;
    }

    /** Whether pairs go up by key and then by value, from a low one to below a high one. */
    private static boolean isInOrder(
            long[] pairs, int first, int count, long lowKey, long lowValue, long highKey, long highValue) {
        long wrong = 0;
        long key = lowKey;
        long value = lowValue - 1;
        for (int at = first, last = first + 2 * count; at < last; at += 2) {
            long difference = pairs[at] - key;
            long isSame = ((difference - 1) & ~difference) >> (Long.SIZE - 1);
            wrong |= pairs[at] | pairs[at + 1] | difference | (isSame & (pairs[at + 1] - value - 1));
            key = pairs[at];
            value = pairs[at + 1];
        }
        return wrong >= 0 && (count == 0 || key < highKey || (key == highKey && value < highValue));
    }

    private IllegalStateException outOfOrder(int leaf, long lowKey, long lowValue, long highKey, long highValue) {
        LeafNodes leaves = tree.leaves;
        long key = lowKey;
        long value = tree.keepsMaxima() ? Long.MIN_VALUE : lowValue - 1;
        for (int place = 0; place < leaves.counts[leaf]; place++) {
            long nextKey = leaves.key(leaf, place);
            long nextValue = leaves.value(leaf, place);
            boolean isAbove = nextKey > key || (nextKey == key && nextValue > value);
            if (nextKey < 0 || !isAbove) {
                return bad("pair behind (" + key + ", " + value + ")", nextKey, "a greater one");
            }
            key = nextKey;
            value = tree.keepsMaxima() ? Long.MAX_VALUE : nextValue;
        }
        return bad("last key of leaf " + leaf, key, "below (" + highKey + ", " + highValue + ")");
    }

    /** The sum of all values. */
    long sum() {
        return sum;
    }

    /** Where the last range ends; {@code start - 1} if there is none. */
    long end() {
        return end;
    }

    /** Whether a range is empty, or touches or overlaps the one before it or what is before the start. */
    boolean touches() {
        return touches;
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
