package dev.ashlar.space;

/**
 * One search for the smallest, or the largest, free run with room for a request, the lowest of several: it looks at the runs of one class
 * of lengths after the other, and only into nodes below which there are some.
 *
 * <p>Of the class of the length itself, and of the class that the search ends in, all runs are looked at, unless one is as short as any of the
 * class can be and all the rest is in order: then the search is over. Groups and leaves that have no run of a step that would be better are passed.
 */
final class BestRun {
    private final SlabTree tree;
    private final long length;
    private final long alignment;
    private final boolean smallest;
    private int kind;
    private long enough;
    // The steps of what would be better than the best so far.
    private int wanted;
    private long best = FirstRun.NONE;
    private long bestLength;
    // Where the free run begins that reaches up to where the search is.
    private long runStart;

    private BestRun(SlabTree tree, long length, long alignment, boolean smallest) {
        this.tree = tree;
        this.length = length;
        this.alignment = alignment;
        this.smallest = smallest;
    }

    /** The lowest aligned offset in the smallest free run with room, or {@link FirstRun#NONE}. */
    static long smallest(SlabTree tree, long length, long alignment) {
        if (tree.longest(tree.top(), 0) < length) {
            return FirstRun.NONE;
        }
        BestRun search = new BestRun(tree, length, alignment, true);
        long kinds = search.kinds() & -1L << RunClasses.classOf(length);
        for (; kinds != 0 && search.best == FirstRun.NONE; kinds &= kinds - 1) {
            search.look(Long.numberOfTrailingZeros(kinds));
        }
        return search.best;
    }

    /** The lowest aligned offset in the largest free run with room, or {@link FirstRun#NONE}. */
    static long largest(SlabTree tree, long length, long alignment) {
        long longest = tree.longest(tree.top(), 0);
        if (longest - length >= alignment - 1) {
            // The first that is as long has room, however it lies; and it begins where a search for the longest finds it.
            long start = FirstRun.find(tree, 0, longest, 1);
            return start == FirstRun.NONE ? start : (start + alignment - 1) & -alignment;
        }
        if (longest < length) {
            return FirstRun.NONE;
        }
        BestRun search = new BestRun(tree, length, alignment, false);
        long kinds = search.kinds() & -1L << RunClasses.classOf(length);
        for (; kinds != 0 && search.best == FirstRun.NONE; kinds &= ~Long.highestOneBit(kinds)) {
            search.look(Long.SIZE - 1 - Long.numberOfLeadingZeros(kinds));
        }
        return search.best;
    }

    /** The classes that there are, those of the runs at the borders too. */
    private long kinds() {
        int top = tree.top();
        return tree.classes(top, 0) | RunClasses.bit(tree.prefix(top, 0)) | RunClasses.bit(tree.suffix(top, 0));
    }

    private void look(int nextKind) {
        kind = nextKind;
        enough = smallest ? Math.max(length, RunClasses.shortest(kind)) : Long.MAX_VALUE;
        wanted = smallest
                ? RunClasses.ALL_STEPS & -1 << RunClasses.stepOf(enough)
                : RunClasses.ALL_STEPS & -1 << RunClasses.stepOf(Math.max(length, RunClasses.shortest(kind)));
        runStart = 0;
        int top = tree.top();
        long units = 1L << SlabTree.shift(top);
        long prefix = tree.prefix(top, 0);
        if (ends(prefix) || prefix == units) {
            return;
        }
        if ((tree.classes(top, 0) >>> kind & 1) != 0 && visitInside(0, 0, top)) {
            return;
        }
        runStart = units - tree.suffix(top, 0);
        ends(units);
    }

    /** The run that begins at {@link #runStart} ends here. Returns whether no better one can come. */
    private boolean ends(long end) {
        long run = end - runStart;
        if (run >= length && RunClasses.classOf(run) == kind && isBetter(run)) {
            long at = (runStart + alignment - 1) & -alignment;
            if (length <= end - at) {
                best = at;
                bestLength = run;
                wanted = smallest
                        ? RunClasses.steps(enough, Math.max(enough, run - 1))
                        : RunClasses.ALL_STEPS & -1 << RunClasses.stepOf(run);
                return run == enough;
            }
        }
        return false;
    }

    private boolean isBetter(long run) {
        return best == FirstRun.NONE || (smallest ? run < bestLength : run > bestLength);
    }

    /** Looks at all the runs of the class that touch neither border of a node. */
    private boolean visitInside(long base, int node, int level) {
        if (level == 0) {
            Slab slab = tree.slab(node);
            return slab != null && visitGroups(slab, base);
        }
        int first = tree.firstChild(node);
        long units = 1L << SlabTree.shift(level - 1);
        boolean atBorder = true;
        for (int child = first; child < tree.childrenEnd(level, node); child++) {
            long begin = base + (child - first) * units;
            long prefix = tree.prefix(level - 1, child);
            if (prefix == units) {
                continue;
            }
            if (!atBorder && ends(begin + prefix)) {
                return true;
            }
            atBorder = false;
            if ((tree.classes(level - 1, child) >>> kind & 1) != 0 && visitInside(begin, child, level - 1)) {
                return true;
            }
            runStart = begin + units - tree.suffix(level - 1, child);
        }
        return !atBorder && tree.childrenEnd(level, node) < first + Slab.FAN_OUT
                && ends(base + (tree.childrenEnd(level, node) - first) * units);
    }

    private boolean visitGroups(Slab slab, long base) {
        boolean atBorder = true;
        for (int group = 0; group < slab.groupCount(); group++) {
            long begin = base + ((long) group << Slab.GROUP_SHIFT);
            long summary = slab.group(group);
            if (RunSummary.isAllFree(summary)) {
                continue;
            }
            if (!atBorder && ends(begin + RunSummary.prefix(summary))) {
                return true;
            }
            atBorder = false;
            if (slab.mayHaveInGroup(group, kind, wanted) && visitLeaves(slab, base, group)) {
                return true;
            }
            runStart = begin + (1L << Slab.GROUP_SHIFT) - RunSummary.suffix(summary);
        }
        return !atBorder && slab.groupCount() < Slab.FAN_OUT
                && ends(base + ((long) slab.groupCount() << Slab.GROUP_SHIFT));
    }

    private boolean visitLeaves(Slab slab, long base, int group) {
        int end = Math.min(slab.leafCount(), (group + 1) * Slab.FAN_OUT);
        boolean atBorder = true;
        for (int leaf = group * Slab.FAN_OUT; leaf < end; leaf++) {
            long begin = base + ((long) leaf << Slab.LEAF_SHIFT);
            long summary = slab.leaf(leaf);
            if (RunSummary.isAllFree(summary)) {
                continue;
            }
            if (!atBorder && ends(begin + RunSummary.prefix(summary))) {
                return true;
            }
            atBorder = false;
            if (slab.mayHaveInLeaf(leaf, kind, wanted) && visitWords(slab, base, leaf)) {
                return true;
            }
            runStart = begin + Slab.LEAF_UNITS - RunSummary.suffix(summary);
        }
        return !atBorder && end < (group + 1) * Slab.FAN_OUT && ends(base + ((long) end << Slab.LEAF_SHIFT));
    }

    private boolean visitWords(Slab slab, long base, int leaf) {
        boolean atBorder = true;
        for (int index = leaf * Slab.LEAF_WORDS; index < (leaf + 1) * Slab.LEAF_WORDS; index++) {
            long word = slab.word(index);
            if (word == 0) {
                continue;
            }
            long begin = base + (long) index * Long.SIZE;
            if (!atBorder && ends(begin + Long.numberOfTrailingZeros(word))) {
                return true;
            }
            atBorder = false;
            if (word != -1 && visitWord(begin, word)) {
                return true;
            }
            runStart = begin + Long.SIZE - Long.numberOfLeadingZeros(word);
        }
        return false;
    }

    /** Looks at the runs between the first used unit of a word and the last. */
    private boolean visitWord(long begin, long word) {
        long free = ~word & (-1L << Long.numberOfTrailingZeros(word)) & (-1L >>> Long.numberOfLeadingZeros(word));
        while (free != 0) {
            int from = Long.numberOfTrailingZeros(free);
            int count = Long.numberOfTrailingZeros(~(free >>> from));
            runStart = begin + from;
            if (ends(begin + from + count)) {
                return true;
            }
            free &= -1L << (from + count);
        }
        return false;
    }
}
