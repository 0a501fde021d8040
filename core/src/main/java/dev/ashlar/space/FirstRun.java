package dev.ashlar.space;

import org.jspecify.annotations.Nullable;

/**
 * One search for the lowest aligned offset at or above a begin where so many units are free: down the tree, from left to right, and only
 * into nodes below which a run is long enough. O(levels), and with an alignment for each run that is long enough and badly aligned.
 *
 * <p>It goes along the units and knows at each node where the free run begins that reaches up to there ({@link #runStart}), so that runs
 * over the borders of nodes are found without looking into either.
 *
 * <p>What it finds while others change the volume is a hint: the claim of the units will tell.
 */
final class FirstRun {
    static final long NONE = -1;

    private final SlabTree tree;
    private final long from;
    private final long length;
    private final long alignment;
    private final long startsInWord;
    private long runStart;
    private long found = NONE;

    private FirstRun(SlabTree tree, long from, long length, long alignment) {
        this.tree = tree;
        this.from = from;
        this.length = length;
        this.alignment = alignment;
        startsInWord = startsInWord(alignment);
    }

    /** The lowest aligned offset from a begin on with so many free units behind it, or {@link #NONE}. */
    static long find(SlabTree tree, long from, long length, long alignment) {
        if (length > tree.units - from) {
            return NONE;
        }
        FirstRun search = new FirstRun(tree, from, length, alignment);
        search.visit(0, 0, tree.top());
        return search.found;
    }

    /** The bits of a word that stand for a multiple of the alignment, if the word's first unit is one. */
    private static long startsInWord(long alignment) {
        long starts = 1;
        for (long shift = alignment; shift < Long.SIZE; shift <<= 1) {
            starts |= starts << shift;
        }
        return starts;
    }

    /** Looks at one node of the tree over the slabs; its units begin at {@code base}. */
    private boolean visit(long base, int node, int level) {
        long units = 1L << SlabTree.shift(level);
        if (base + units <= from) {
            runStart = base + units;
            return false;
        }
        long prefix = tree.prefix(level, node);
        if (endsAt(base + prefix)) {
            return true;
        }
        if (prefix == units) {
            return false;
        }
        if (tree.longest(level, node) >= length) {
            return level == 0 ? visitGroups(tree.slab(node), base) : visitChildren(base, node, level);
        }
        runStart = base + units - tree.suffix(level, node);
        return false;
    }

    private boolean visitChildren(long base, int node, int level) {
        int first = tree.firstChild(node);
        int end = tree.childrenEnd(level, node);
        for (int child = first; child < end; child++) {
            if (visit(base + ((long) (child - first) << SlabTree.shift(level - 1)), child, level - 1)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the run that begins at {@link #runStart} and ends here will do. */
    private boolean endsAt(long end) {
        long at = (Math.max(runStart, from) + alignment - 1) & -alignment;
        if (length <= end - at) {
            found = at;
            return true;
        }
        return false;
    }

    private boolean visitGroups(@Nullable Slab slab, long base) {
        if (slab == null) {
            return endsAt(base + Slab.UNITS);
        }
        for (int group = 0; group < slab.groupCount(); group++) {
            long begin = base + ((long) group << Slab.GROUP_SHIFT);
            if (passes(begin, 1L << Slab.GROUP_SHIFT, slab.group(group))) {
                if (found != NONE || visitLeaves(slab, base, group)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean visitLeaves(Slab slab, long base, int group) {
        int end = Math.min(slab.leafCount(), (group + 1) * Slab.FAN_OUT);
        for (int leaf = group * Slab.FAN_OUT; leaf < end; leaf++) {
            long begin = base + ((long) leaf << Slab.LEAF_SHIFT);
            if (passes(begin, Slab.LEAF_UNITS, slab.leaf(leaf))) {
                if (found != NONE || visitWords(slab, base, leaf)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the search must look into a row of units, or has found something at its begin; if not, it has passed it. */
    private boolean passes(long begin, long units, long summary) {
        long end = begin + units;
        if (end <= from) {
            runStart = end;
            return false;
        }
        if (RunSummary.isAllFree(summary)) {
            return endsAt(end);
        }
        if (endsAt(begin + RunSummary.prefix(summary)) || RunSummary.longest(summary) >= length) {
            return true;
        }
        runStart = end - RunSummary.suffix(summary);
        return false;
    }

    private boolean visitWords(Slab slab, long base, int leaf) {
        long leafBegin = base + ((long) leaf << Slab.LEAF_SHIFT);
        int first = (int) Math.max(0, from - leafBegin) / Long.SIZE;
        for (int index = leaf * Slab.LEAF_WORDS + first; index < (leaf + 1) * Slab.LEAF_WORDS; index++) {
            long word = slab.word(index);
            long begin = base + (long) index * Long.SIZE;
            if (word == 0) {
                if (endsAt(begin + Long.SIZE)) {
                    return true;
                }
            } else if (word == -1) {
                runStart = begin + Long.SIZE;
            } else if (visitWord(begin, word)) {
                return true;
            }
        }
        return false;
    }

    private boolean visitWord(long begin, long word) {
        if (endsAt(begin + Long.numberOfTrailingZeros(word))) {
            return true;
        }
        if (length < Long.SIZE) {
            long starts = starts(begin, ~word);
            if (starts != 0) {
                found = begin + Long.numberOfTrailingZeros(starts);
                return true;
            }
        }
        runStart = begin + Long.SIZE - Long.numberOfLeadingZeros(word);
        return false;
    }

    /** The bits behind which so many are set that all of the request fits into the word. */
    private long starts(long begin, long free) {
        long starts = begin < from ? free & (-1L << (from - begin)) : free;
        // Warren, Hacker's Delight, 2nd edition, section 6-2: strings of ones of a given length, in steps that double.
        for (int left = (int) length - 1, shift = 1; left > 0 && starts != 0; shift <<= 1) {
            int step = Math.min(shift, left);
            starts &= starts >>> step;
            left -= step;
        }
        return (begin & (alignment - 1)) == 0 ? starts & startsInWord : 0;
    }
}
