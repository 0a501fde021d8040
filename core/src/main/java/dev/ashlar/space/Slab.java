package dev.ashlar.space;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * 2^21 units of a volume, or its rest: a bit for each, 1 if it is allocated, and summaries of the free runs in each leaf of 8,192 units and
 * each group of 16 leaves.
 *
 * <pre>{@code
 *     slab     summary, classes
 *     groups   16 x (summary, classes, steps of each fourth)    131,072 units each
 *     leaves   256 x (summary with steps, classes)                8,192 units each
 *     bits     32,768 words                                          64 units each
 * }</pre>
 *
 * <p>Bits are set and cleared by compare-and-set on their words, by anybody. Summaries and classes are written under the slab's monitor,
 * each time from the bits themselves, after these were changed: so whoever comes last has seen all changes, and when no call is under way
 * every summary is exact. Whoever reads them without the monitor gets a hint.
 */
final class Slab {
    static final int SHIFT = 21;
    static final int LEAF_SHIFT = 13;
    static final int GROUP_SHIFT = 17;
    static final long UNITS = 1L << SHIFT;
    static final int LEAF_UNITS = 1 << LEAF_SHIFT;
    static final int LEAF_WORDS = LEAF_UNITS / Long.SIZE;
    static final int FAN_OUT = 1 << (GROUP_SHIFT - LEAF_SHIFT);

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] bits;
    private final long[] leaves;
    private final long[] leafClasses;
    private final long[] groups;
    private final long[] groupClasses;
    private final long[] groupSteps;
    private final RunJoiner joiner = new RunJoiner();
    // Written under the monitor; the version last, and each time that the others are.
    private volatile long summary;
    private volatile long classes;
    private volatile int version;
    // The version that the tree over the slabs is at. Written under the tree's monitor.
    private volatile int versionAbove;

    /** A slab of free units; with less than 2^21, the rest of them is allocated for ever. */
    Slab(long units) {
        int leafCount = (int) ((units + LEAF_UNITS - 1) >>> LEAF_SHIFT);
        bits = new long[leafCount * LEAF_WORDS];
        leaves = new long[leafCount];
        leafClasses = new long[leafCount];
        groups = new long[(leafCount + FAN_OUT - 1) / FAN_OUT];
        groupClasses = new long[groups.length];
        groupSteps = new long[groups.length];
        for (long unit = units; unit < (long) leafCount << LEAF_SHIFT; unit++) {
            bits[(int) (unit >>> 6)] |= 1L << unit;
        }
        refresh(0, leafCount - 1);
    }

    int words() {
        return bits.length;
    }

    long word(int index) {
        return (long) LONGS.getOpaque(bits, index);
    }

    /** Sets all the bits of a mask, if none of them is set. */
    boolean claim(int index, long mask) {
        for (long word = (long) LONGS.getOpaque(bits, index); (word & mask) == 0;) {
            long witness = (long) LONGS.compareAndExchange(bits, index, word, word | mask);
            if (witness == word) {
                return true;
            }
            word = witness;
        }
        return false;
    }

    /** Clears all the bits of a mask, if all of them are set. */
    boolean clear(int index, long mask) {
        for (long word = (long) LONGS.getOpaque(bits, index); (word & mask) == mask;) {
            long witness = (long) LONGS.compareAndExchange(bits, index, word, word & ~mask);
            if (witness == word) {
                return true;
            }
            word = witness;
        }
        return false;
    }

    int leafCount() {
        return leaves.length;
    }

    int groupCount() {
        return groups.length;
    }

    long leaf(int index) {
        return LeafSummary.summary((long) LONGS.getOpaque(leaves, index));
    }

    /** Whether a leaf may have a free run of a class, and of one of these steps, that touches neither of its borders. */
    boolean mayHaveInLeaf(int index, int kind, int wanted) {
        return (leafClasses(index) >>> kind & 1) != 0
                && (LeafSummary.steps((long) LONGS.getOpaque(leaves, index)) & wanted) != 0;
    }

    /** As {@link #mayHaveInLeaf}, of a group. */
    boolean mayHaveInGroup(int index, int kind, int wanted) {
        return (groupClasses(index) >>> kind & 1) != 0
                && ((long) LONGS.getOpaque(groupSteps, index) >>> ((kind & 3) * RunClasses.STEPS) & wanted) != 0;
    }

    long leafClasses(int index) {
        return (long) LONGS.getOpaque(leafClasses, index);
    }

    long group(int index) {
        return (long) LONGS.getOpaque(groups, index);
    }

    long groupClasses(int index) {
        return (long) LONGS.getOpaque(groupClasses, index);
    }

    long summary() {
        return summary;
    }

    long classes() {
        return classes;
    }

    int version() {
        return version;
    }

    void setVersionAbove(int version) {
        versionAbove = version;
    }

    /**
     * Works the summaries out again, after bits in some leaves were changed.
     *
     * @return whether the tree over the slabs is to be brought up to date; also if that is another call's change, so that no call returns
     *         before what it did can be found
     */
    synchronized boolean refresh(int firstLeaf, int lastLeaf) {
        boolean changed = false;
        for (int leaf = firstLeaf; leaf <= lastLeaf; leaf++) {
            joinWords(leaf);
            boolean isOther = store(leaves, leaf, packedLeaf());
            changed |= store(leafClasses, leaf, joiner.classes()) || isOther;
        }
        if (!changed) {
            return version != versionAbove;
        }
        changed = false;
        for (int group = firstLeaf / FAN_OUT; group <= lastLeaf / FAN_OUT; group++) {
            joinLeaves(group);
            boolean isOther = store(groups, group, joiner.packed());
            isOther |= store(groupClasses, group, joiner.classes());
            changed |= store(groupSteps, group, joiner.steps()) || isOther;
        }
        if (changed) {
            joinGroups();
            if (summary != joiner.packed() || classes != joiner.classes()) {
                summary = joiner.packed();
                classes = joiner.classes();
                version = version + 1;
            }
        }
        return version != versionAbove;
    }

    private static boolean store(long[] numbers, int index, long number) {
        if (numbers[index] == number) {
            return false;
        }
        LONGS.setOpaque(numbers, index, number);
        return true;
    }

    private long packedLeaf() {
        return LeafSummary.of(joiner.packed(), joiner.stepsOfAll());
    }

    private void joinWords(int leaf) {
        joiner.clear();
        int end = (leaf + 1) * LEAF_WORDS;
        for (int from = leaf * LEAF_WORDS; from < end;) {
            long word = word(from);
            int to = from + 1;
            // Most of a leaf is long rows of words that are alike.
            while (to < end && (word == 0 || word == -1) && word(to) == word) {
                to++;
            }
            joiner.addWords(word, to - from);
            from = to;
        }
    }

    private void joinLeaves(int group) {
        joiner.clear();
        int end = Math.min(leaves.length, (group + 1) * FAN_OUT);
        for (int leaf = group * FAN_OUT; leaf < end; leaf++) {
            long packed = leaves[leaf];
            if (LeafSummary.isAllFree(packed)) {
                joiner.addFree(LEAF_UNITS);
            } else {
                joiner.add(LEAF_UNITS, LeafSummary.prefix(packed), LeafSummary.longest(packed),
                        LeafSummary.suffix(packed), leafClasses[leaf]);
            }
        }
        joiner.addSteps(stepsInLeaves(group * FAN_OUT, end));
        addMissing((group + 1) * FAN_OUT - end, LEAF_UNITS);
    }

    private long stepsInLeaves(int from, int to) {
        long steps = 0;
        for (int leaf = from; leaf < to; leaf++) {
            steps |= RunClasses.byFourth(leafClasses[leaf], LeafSummary.steps(leaves[leaf]));
        }
        return steps;
    }

    private void joinGroups() {
        joiner.clear();
        for (int group = 0; group < groups.length; group++) {
            joiner.add(1L << GROUP_SHIFT, groups[group], groupClasses[group]);
        }
        addMissing(FAN_OUT - groups.length, 1L << GROUP_SHIFT);
    }

    private void addMissing(int rows, long units) {
        if (rows > 0) {
            joiner.addUsed(rows * units);
        }
    }

    /** Works everything out again and compares; the slab must be quiet. Returns how many units are free. */
    synchronized long validate(String name) {
        long free = 0;
        for (int leaf = 0; leaf < leaves.length; leaf++) {
            joinWords(leaf);
            expect(name + ": leaf " + leaf, LeafSummary.summary(leaves[leaf]), leafClasses[leaf]);
            expectSteps(name + ": leaf " + leaf, LeafSummary.steps(leaves[leaf]), joiner.stepsOfAll());
        }
        for (int group = 0; group < groups.length; group++) {
            joinLeaves(group);
            expect(name + ": group " + group, groups[group], groupClasses[group]);
            expectSteps(name + ": group " + group, groupSteps[group], joiner.steps());
        }
        joinGroups();
        expect(name, summary, classes);
        for (int word = 0; word < bits.length; word++) {
            free += Long.bitCount(~word(word));
        }
        return free;
    }

    long footprintBytes() {
        return Long.BYTES * (bits.length + 2L * leaves.length + 3L * groups.length);
    }

    private void expect(String what, long foundSummary, long foundClasses) {
        if (foundSummary != joiner.packed() || foundClasses != joiner.classes()) {
            throw new IllegalStateException(what + ": summary 0x" + Long.toHexString(foundSummary) + ", classes 0x"
                    + Long.toHexString(foundClasses) + " (expected: 0x" + Long.toHexString(joiner.packed()) + ", 0x"
                    + Long.toHexString(joiner.classes()) + ", by the bits)");
        }
    }

    private static void expectSteps(String what, long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException(what + ": steps 0x" + Long.toHexString(found) + " (expected: 0x"
                    + Long.toHexString(expected) + ", by the bits)");
        }
    }
}
