package dev.ashlar.space;

import java.util.function.LongUnaryOperator;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** Each kind of damage, and what the validator says of it. Pairs are added in order, so that leaves are full and numbered in order. */
class TreeValidatorTest {
    private static final int PAIRS = 300;
    private static final int LEAVES = 5;

    private final ExtentTree ranges = tree(true, PAIRS, i -> 10 * i);
    private final LeafNodes leaves = ranges.leaves;
    private final InnerNodes inner = ranges.index.inner;
    /** Ten pairs of each key: those of key 6 are in leaves 0 and 1. */
    private final ExtentTree pairs = tree(false, PAIRS, i -> i / 10);

    private static ExtentTree tree(boolean unique, int pairs, LongUnaryOperator key) {
        ExtentTree tree = new ExtentTree(unique);
        for (long i = 0; i < pairs; i++) {
            tree.insert(key.applyAsLong(i), unique ? 1 + i % 5 : i);
        }
        new TreeValidator("tree", tree, 0).validate();
        return tree;
    }

    private static void assertBad(ExtentTree tree, String message) {
        TreeValidator validator = new TreeValidator("tree", tree, 0);
        assertEquals("index tree: " + message,
                assertThrows(IllegalStateException.class, validator::validate).getMessage());
    }

    @Test
    void children_oneOfRoot_isFound() {
        inner.counts[ranges.index.root()] = 1;
        assertBad(ranges, "children of node 0: 1 (expected: 1 to 64, and 2 of the root)");
    }

    @Test
    void children_moreThanFit_areFound() {
        inner.counts[ranges.index.root()] = inner.width + 1;
        assertBad(ranges, "children of node 0: 65 (expected: 1 to 64, and 2 of the root)");
    }

    @Test
    void children_noneBelowRoot_isFound() {
        ExtentTree high = tree(true, 80 * ExtentTree.LEAF_WIDTH, i -> 10 * i);
        InnerNodes nodes = high.index.inner;
        int last = nodes.child(high.index.root(), 1);
        nodes.counts[last] = 0;
        assertBad(high, "children of node " + last + ": 0 (expected: 1 to 64, and 2 of the root)");
    }

    @Test
    void maximum_tooLarge_isFound() {
        inner.maxima[1]++;
        assertBad(ranges, "largest value below child 1 of node 0: 6 (expected: 5)");
    }

    @Test
    void maximum_tooSmallInUpperNode_isFound() {
        ExtentTree high = tree(true, 80 * ExtentTree.LEAF_WIDTH, i -> 10 * i);
        int root = high.index.root();
        high.index.inner.maxima[root * high.index.inner.width + 1]--;
        assertBad(high, "largest value below child 1 of node " + root + ": 4 (expected: 5)");
    }

    @Test
    void leaf_underAnothersParentPlace_isFound() {
        inner.children[1] = 2;
        inner.children[2] = 1;
        assertBad(ranges, "leaf in order: 2 (expected: 1)");
    }

    @Test
    void linkForward_toAnotherLeaf_isFound() {
        leaves.next[1] = 3;
        assertBad(ranges, "leaf in order: 2 (expected: 3)");
    }

    @Test
    void linkForward_behindLast_isFound() {
        leaves.next[LEAVES - 1] = 0;
        assertBad(ranges, "leaf behind the last: 0 (expected: -1)");
    }

    @Test
    void linkBack_toAnotherLeaf_isFound() {
        leaves.previous[2] = 0;
        assertBad(ranges, "leaf before the next in order: 0 (expected: 1)");
    }

    @Test
    void linkBack_beforeFirst_isFound() {
        leaves.previous[0] = 4;
        assertBad(ranges, "leaf before the next in order: 4 (expected: -1)");
    }

    @Test
    void leaf_empty_isFound() {
        leaves.counts[1] = 0;
        assertBad(ranges, "pairs of leaf 1: 0 (expected: 1 to 64)");
    }

    @Test
    void leaf_fullerThanFits_isFound() {
        leaves.counts[1] = leaves.width + 1;
        assertBad(ranges, "pairs of leaf 1: 65 (expected: 1 to 64)");
    }

    @Test
    void leaf_onlyOneWithLessThanNone_isFound() {
        ExtentTree empty = new ExtentTree(true);
        empty.leaves.counts[0] = -2;
        assertBad(empty, "pairs of leaf 0: -2 (expected: 1 to 64)");
    }

    @Test
    void uniqueKey_belowBound_isFound() {
        leaves.set(1, 0, 635, 1);
        assertBad(ranges, "first key of leaf 1: 635 (expected: 640 or above)");
    }

    @Test
    void uniqueKey_negative_isFound() {
        leaves.set(0, 0, -1, 1);
        assertBad(ranges, "first key of leaf 0: -1 (expected: 0 or above)");
    }

    @Test
    void uniqueKey_twice_isFound() {
        leaves.set(0, 3, 20, 4);
        assertBad(ranges, "key behind pair (20, 3) in leaf 0: 20 (expected: a greater pair)");
    }

    @Test
    void uniqueKey_belowTheOneBefore_isFound() {
        leaves.set(2, 7, leaves.key(2, 6) - 1, 1);
        assertBad(ranges, "key behind pair (1340, 5) in leaf 2: 1339 (expected: a greater pair)");
    }

    @Test
    void uniqueKey_asNextBound_isFound() {
        leaves.set(0, 63, 640, 1);
        assertBad(ranges, "last key of leaf 0: 640 (expected: below 640)");
    }

    @Test
    void pair_belowBound_isFound() {
        pairs.index.inner.bounds[2] = 13;
        assertBad(pairs, "first key of leaf 2: 12 (expected: 13 or above)");
    }

    @Test
    void pair_twice_isFound() {
        pairs.leaves.set(0, 1, 0, 0);
        assertBad(pairs, "key behind pair (0, 0) in leaf 0: 0 (expected: a greater pair)");
    }

    @Test
    void pair_withSmallerKeyThanTheOneBefore_isFound() {
        pairs.leaves.set(0, 20, 0, 1000);
        assertBad(pairs, "key behind pair (1, 19) in leaf 0: 0 (expected: a greater pair)");
    }

    @Test
    void pair_notAboveTheLeafBefore_isFound() {
        pairs.leaves.set(1, 0, 6, 63);
        assertBad(pairs, "key behind pair (6, 63) in leaf 1: 6 (expected: a greater pair)");
    }

    @Test
    void pair_aboveNextBound_isFound() {
        pairs.leaves.set(0, 63, 7, 63);
        assertBad(pairs, "last key of leaf 0: 7 (expected: at most 6)");
    }

    @Test
    void size_otherThanPairs_isFound() {
        leaves.counts[LEAVES - 1]--;
        assertBad(ranges, "pairs: 300 (expected: 299)");
    }

    @Test
    void leaf_takenAndNotInTheTree_isFound() {
        leaves.reserve(1);
        leaves.take();
        assertBad(ranges, "leaves: 6 (expected: 5)");
    }

    @Test
    void innerNode_takenAndNotInTheTree_isFound() {
        inner.reserve(1);
        inner.take();
        assertBad(ranges, "inner nodes: 2 (expected: 1)");
    }
}
