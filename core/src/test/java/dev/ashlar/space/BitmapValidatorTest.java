package dev.ashlar.space;

import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.Test;

/** Each kind of damage to a bitmap's summaries and counts, and what its validator says of it. */
class BitmapValidatorTest {
    private static final long UNITS = 2 * Slab.UNITS;

    /** All free but for units 0, 100 and 200 of leaf 1. */
    private final BitmapSpace space = BitmapSpace.builder(UNITS).name("disk").build();
    private final SlabTree tree = Damage.get(space, "tree", SlabTree.class);
    private final Slab slab;

    BitmapValidatorTest() {
        for (int i = 0; i <= 2; i++) {
            space.allocateAt(Slab.LEAF_UNITS + 100 * i, 1);
        }
        space.validate();
        slab = Objects.requireNonNull(tree.slab(0));
    }

    private long[] numbers(String field) {
        return Damage.get(slab, field, long[].class);
    }

    private void assertFound(String message) {
        Damage.assertFound(message, space::validate);
    }

    private static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    private void assertSummaryFound(String where, long summary, long classes, long goodSummary, long goodClasses) {
        assertFound("disk: slab 0" + where + ": summary " + hex(summary) + ", classes " + hex(classes)
                + " (expected: " + hex(goodSummary) + ", " + hex(goodClasses) + ", by the bits)");
    }

    @Test
    void leaf_withAnotherSummary_isFound() {
        long good = slab.leaf(1);
        numbers("leaves")[1] ^= 1;
        assertSummaryFound(": leaf 1", good ^ 1, slab.leafClasses(1), good, slab.leafClasses(1));
    }

    @Test
    void leaf_withAnotherBit_isFound() {
        long good = slab.leaf(1);
        numbers("bits")[Slab.LEAF_WORDS] &= -2;
        long expected = RunSummary.of(100, RunSummary.longest(good), RunSummary.suffix(good));
        long classes = slab.leafClasses(1);
        assertSummaryFound(": leaf 1", good, classes, expected, classes);
    }

    @Test
    void leaf_withAnotherClass_isFound() {
        long good = slab.leafClasses(1);
        numbers("leafClasses")[1] ^= 1;
        assertSummaryFound(": leaf 1", slab.leaf(1), good ^ 1, slab.leaf(1), good);
    }

    @Test
    void leaf_withOtherSteps_isFound() {
        long[] leaves = numbers("leaves");
        int good = LeafSummary.steps(leaves[1]);
        leaves[1] = LeafSummary.of(slab.leaf(1), good ^ 1);
        assertFound("disk: slab 0: leaf 1: steps " + hex(good ^ 1) + " (expected: " + hex(good) + ", by the bits)");
    }

    @Test
    void group_withAnotherSummary_isFound() {
        long good = slab.group(0);
        numbers("groups")[0] ^= 1;
        assertSummaryFound(": group 0", good ^ 1, slab.groupClasses(0), good, slab.groupClasses(0));
    }

    @Test
    void group_withAnotherClass_isFound() {
        long good = slab.groupClasses(0);
        numbers("groupClasses")[0] ^= 1;
        assertSummaryFound(": group 0", slab.group(0), good ^ 1, slab.group(0), good);
    }

    @Test
    void group_withOtherSteps_isFound() {
        long good = numbers("groupSteps")[0];
        numbers("groupSteps")[0] ^= 1;
        assertFound("disk: slab 0: group 0: steps " + hex(good ^ 1) + " (expected: " + hex(good) + ", by the bits)");
    }

    @Test
    void slab_withAnotherSummary_isFound() {
        long good = slab.summary();
        Damage.set(slab, "summary", good ^ 1);
        assertSummaryFound("", good ^ 1, slab.classes(), good, slab.classes());
    }

    @Test
    void slab_withOtherClasses_isFound() {
        long good = slab.classes();
        Damage.set(slab, "classes", good ^ 1);
        assertSummaryFound("", slab.summary(), good ^ 1, slab.summary(), good);
    }

    /** Level 0 has the slabs, of which the second is all free; level 1 both. */
    private void assertNodeFound(String field, int level, int node, String found, String expected) {
        Object levelOf = Damage.get(tree, "levels", Object[].class)[level];
        Damage.get(levelOf, field, long[].class)[node] ^= 1;
        assertFound("disk: node " + node + " of level " + level + ": " + found + " (expected: " + expected + ")");
    }

    private String node(int level, int node, int prefix, int longest, int suffix, int classes) {
        return (tree.prefix(level, node) ^ prefix) + ", " + (tree.longest(level, node) ^ longest) + ", "
                + (tree.suffix(level, node) ^ suffix) + ", classes " + hex(tree.classes(level, node) ^ classes);
    }

    @Test
    void node_withAnotherPrefix_isFound() {
        assertNodeFound("prefixes", 0, 0, node(0, 0, 1, 0, 0, 0), node(0, 0, 0, 0, 0, 0));
    }

    @Test
    void node_withAnotherLongest_isFound() {
        assertNodeFound("longest", 1, 0, node(1, 0, 0, 1, 0, 0), node(1, 0, 0, 0, 0, 0));
    }

    @Test
    void node_withAnotherSuffix_isFound() {
        assertNodeFound("suffixes", 0, 1, node(0, 1, 0, 0, 1, 0), node(0, 1, 0, 0, 0, 0));
    }

    @Test
    void node_withOtherClasses_isFound() {
        assertNodeFound("classes", 1, 0, node(1, 0, 0, 0, 0, 1), node(1, 0, 0, 0, 0, 0));
    }

    @Test
    void used_otherThanTheBits_isFound() {
        Damage.get(space, "used", LongAdder.class).increment();
        assertFound("disk: used 4 (expected: 3, by the bits)");
    }
}
