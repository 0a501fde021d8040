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
    // Of the leaf that was visited last: its largest value, or its last pair.
    private long max;
    private long lastKey;
    private long lastValue = -1;
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
     * @param byLength whether the keys are {@link LengthKeys}
     */
    static long print(ExtentTree tree, boolean byLength) {
        long print = 0;
        LeafNodes leaves = tree.leaves;
        for (int leaf = tree.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
            int first = 2 * leaf * leaves.width;
            print += byLength
                    ? printByLength(leaves.pairs, first, leaves.counts[leaf])
                    : printByOffset(leaves.pairs, first, leaves.counts[leaf]);
        }
        return print;
    }

    private static long printByLength(long[] pairs, int first, int count) {
        long print = 0;
        for (int at = first, last = first + 2 * count; at < last; at += 2) {
            print += print(pairs[at + 1], pairs[at]);
        }
        return print;
    }

    private static long printByOffset(long[] pairs, int first, int count) {
        long print = 0;
        for (int at = first, last = first + 2 * count; at < last; at += 2) {
            print += print(pairs[at], LengthKeys.of(pairs[at + 1], pairs[at]));
        }
        return print;
    }

    /** The finalizer is that of Steele, Lea and Flood, <i>Fast Splittable Pseudorandom Number Generators</i>, 2014. */
    private static long print(long offset, long key) {
        long mixed = (offset ^ Long.rotateLeft(key * 0x9e3779b97f4a7c15L, 32)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    void validate() {
        visit(tree.index.root(), 0, 0, Long.MAX_VALUE);
        expect("leaf behind the last", expectedLeaf, ExtentTree.NONE);
        expect("pairs", tree.size(), pairs);
        expect("leaves", tree.leaves.inUse(), leafCount);
        expect("inner nodes", tree.index.inner.inUse(), innerCount);
    }

    /** Returns the largest value below a node, whose keys must be from a low one to a high one. */
    private long visit(int node, int level, long lowKey, long highKey) {
        if (level == tree.index.height()) {
            return visitLeaf(node, level, lowKey, highKey);
        }
        innerCount++;
        InnerNodes inner = tree.index.inner;
        int count = inner.counts[node];
        if (count < (level == 0 ? 2 : 1) || count > inner.width) {
            throw bad("children of node " + node, count, "1 to " + inner.width + ", and 2 of the root");
        }
        long most = 0;
        for (int place = 0; place < count; place++) {
            long below = visit(inner.child(node, place), level + 1, place == 0 ? lowKey : inner.bound(node, place),
                    place == count - 1 ? highKey : inner.bound(node, place + 1));
            long kept = inner.maxima[node * inner.width + place];
            if (tree.keepsMaxima() && kept != below) {
                throw bad("largest value below child " + place + " of node " + node, kept, Long.toString(below));
            }
            most = Math.max(most, below);
        }
        return most;
    }

    private long visitLeaf(int leaf, int level, long lowKey, long highKey) {
        LeafNodes leaves = tree.leaves;
        expect("leaf in order", leaf, expectedLeaf);
        expect("leaf before the next in order", leaves.previous[leaf], lastLeaf);
        int count = leaves.counts[leaf];
        if (count < (level == 0 ? 0 : 1) || count > leaves.width) {
            throw bad("pairs of leaf " + leaf, count, "1 to " + leaves.width);
        }
        boolean sound = tree.keepsMaxima()
                ? visitRanges(leaf, count, lowKey, highKey)
                : visitPairs(leaf, count, lowKey, highKey);
        if (!sound) {
            throw outOfOrder(leaf, lowKey, highKey);
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

    /** Whether pairs go up by key and then by value, from the last one of the leaf before, and keys from a low one to a high one. */
    private boolean visitPairs(int leaf, int count, long lowKey, long highKey) {
        long[] all = tree.leaves.pairs;
        int first = 2 * leaf * tree.leaves.width;
        long key = lastKey;
        long value = lastValue;
        long wrong = count == 0 ? 0 : all[first] - lowKey;
        for (int at = first, last = first + 2 * count; at < last; at += 2) {
            long difference = all[at] - key;
            long isSame = ((difference - 1) & ~difference) >> (Long.SIZE - 1);
            wrong |= difference | (isSame & (all[at + 1] - value - 1));
            key = all[at];
            value = all[at + 1];
        }
        if ((wrong | (highKey - key)) < 0) {
            return false;
        }
        lastKey = key;
        lastValue = value;
        return true;
    }

    private IllegalStateException outOfOrder(int leaf, long lowKey, long highKey) {
        LeafNodes leaves = tree.leaves;
        boolean unique = tree.keepsMaxima();
        long key = unique ? lowKey - 1 : lastKey;
        long value = unique ? Long.MAX_VALUE : lastValue;
        if (leaves.key(leaf, 0) < lowKey) {
            return bad("first key of leaf " + leaf, leaves.key(leaf, 0), lowKey + " or above");
        }
        for (int place = 0; place < leaves.counts[leaf]; place++) {
            long nextKey = leaves.key(leaf, place);
            long nextValue = leaves.value(leaf, place);
            if (nextKey < key || (nextKey == key && (unique || nextValue <= value))) {
                return bad("key behind pair (" + key + ", " + value + ") in leaf " + leaf, nextKey, "a greater pair");
            }
            key = nextKey;
            value = nextValue;
        }
        return bad("last key of leaf " + leaf, key, (unique ? "below " : "at most ") + highKey);
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
