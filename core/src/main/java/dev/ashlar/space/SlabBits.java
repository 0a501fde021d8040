package dev.ashlar.space;

/** Ranges of units in the words of a volume's slabs: claims, frees, queries. Thread-safe; each word is changed atomically. */
final class SlabBits {
    /** No such unit. */
    static final long NONE = -1;

    private final SlabTree tree;

    SlabBits(SlabTree tree) {
        this.tree = tree;
    }

    static boolean isOneWord(long offset, long length) {
        return offset >>> 6 == (offset + length - 1) >>> 6;
    }

    private static int wordOf(long unit) {
        return (int) ((unit & (Slab.UNITS - 1)) >>> 6);
    }

    private static long slabEnd(long unit) {
        return ((unit >>> Slab.SHIFT) + 1) << Slab.SHIFT;
    }

    /** The bits of the range {@code [from, to)} in the word that its begin lies in. */
    private static long mask(long from, long to) {
        long count = Math.min(to, (from | 63) + 1) - from;
        return (-1L >>> (Long.SIZE - count)) << from;
    }

    /**
     * Claims a range, word by word, if all of it is free.
     *
     * @return {@link #NONE}, or a unit in the way: none of the range is claimed then
     */
    long claim(long offset, long length) {
        long end = offset + length;
        for (long from = offset; from < end;) {
            Slab slab = tree.slabForChange((int) (from >>> Slab.SHIFT));
            long to = Math.min(end, slabEnd(from));
            while (from < to) {
                long mask = mask(from, to);
                int index = wordOf(from);
                if (!slab.claim(index, mask)) {
                    clear(offset, from - offset);
                    // Given back meanwhile, it is in nobody's way; then its word is.
                    long inTheWay = slab.word(index) & mask;
                    return inTheWay == 0 ? from : (from & -Long.SIZE) + Long.numberOfTrailingZeros(inTheWay);
                }
                from = (from | 63) + 1;
            }
        }
        return NONE;
    }

    /**
     * Frees a range, word by word, as far as it is allocated.
     *
     * @return {@link #NONE}, or the begin of the first word that is not all allocated, as far as the range goes: all before it was freed
     */
    long clear(long offset, long length) {
        long end = offset + length;
        for (long from = offset; from < end;) {
            Slab slab = tree.slabForChange((int) (from >>> Slab.SHIFT));
            long to = Math.min(end, slabEnd(from));
            for (; from < to; from = (from | 63) + 1) {
                if (!slab.clear(wordOf(from), mask(from, to))) {
                    return from;
                }
            }
        }
        return NONE;
    }

    /** The first unit in a range that is allocated, or {@link #NONE}. */
    long firstUsed(long offset, long length) {
        return first(offset, length, 0);
    }

    /** The first unit in a range that is free, or {@link #NONE}. */
    long firstFree(long offset, long length) {
        return first(offset, length, -1);
    }

    private long first(long offset, long length, long flip) {
        long end = offset + length;
        for (long from = offset; from < end;) {
            Slab slab = tree.slab((int) (from >>> Slab.SHIFT));
            long to = Math.min(end, slabEnd(from));
            if (slab == null) {
                if (flip != 0) {
                    return from;
                }
                from = to;
                continue;
            }
            for (; from < to; from = (from | 63) + 1) {
                long hits = (slab.word(wordOf(from)) ^ flip) & mask(from, to);
                if (hits != 0) {
                    return (from & -Long.SIZE) + Long.numberOfTrailingZeros(hits);
                }
            }
        }
        return NONE;
    }

    /** The maximal runs of allocated units, or of free ones. Looks into no leaf that is all free or all allocated. */
    ExtentList runs(boolean allocated) {
        ExtentList.Builder runs = new ExtentList.Builder(0);
        long start = 0;
        boolean startUsed = false;
        for (long at = 0; at < tree.units;) {
            long step = uniformUntil(at);
            boolean nextUsed = isUsed(at);
            if (nextUsed != startUsed) {
                addRun(runs, start, at, startUsed == allocated);
                start = at;
                startUsed = nextUsed;
            }
            at = step;
        }
        addRun(runs, start, tree.units, startUsed == allocated);
        return runs.build();
    }

    private static void addRun(ExtentList.Builder runs, long from, long to, boolean wanted) {
        if (wanted && from < to) {
            runs.add(from, to - from);
        }
    }

    private boolean isUsed(long unit) {
        Slab slab = tree.slab((int) (unit >>> Slab.SHIFT));
        return slab != null && (slab.word(wordOf(unit)) >>> unit & 1) != 0;
    }

    /** Up to where the units from here on are sure to be as the first. */
    private long uniformUntil(long at) {
        Slab slab = tree.slab((int) (at >>> Slab.SHIFT));
        if (slab == null) {
            return Math.min(tree.units, slabEnd(at));
        }
        if ((at & (Slab.LEAF_UNITS - 1)) == 0) {
            long leaf = slab.leaf((int) ((at & (Slab.UNITS - 1)) >>> Slab.LEAF_SHIFT));
            if (RunSummary.isAllFree(leaf) || RunSummary.longest(leaf) == 0) {
                return Math.min(tree.units, at + Slab.LEAF_UNITS);
            }
        }
        long word = slab.word(wordOf(at)) >>> at;
        int run = Long.numberOfTrailingZeros((word & 1) == 0 ? word : ~word);
        return Math.min(tree.units, Math.min((at | 63) + 1, at + run));
    }

    /** The first unit behind the last one that is allocated. O(levels), from the right down to what is not all free. */
    long endOfUsed() {
        return 1 + lastUsed(tree.top(), 0);
    }

    private long lastUsed(int level, int node) {
        if (tree.prefix(level, node) == 1L << SlabTree.shift(level)) {
            return NONE;
        }
        if (level == 0) {
            return lastUsedInSlab(node);
        }
        long last = NONE;
        for (int child = tree.childrenEnd(level, node) - 1; child >= tree.firstChild(node) && last == NONE; child--) {
            last = lastUsed(level - 1, child);
        }
        return last;
    }

    private long lastUsedInSlab(int index) {
        Slab slab = tree.slab(index);
        if (slab == null) {
            return NONE;
        }
        for (int leaf = slab.leafCount() - 1; leaf >= 0; leaf--) {
            if (!RunSummary.isAllFree(slab.leaf(leaf))) {
                for (int word = (leaf + 1) * Slab.LEAF_WORDS - 1; word >= leaf * Slab.LEAF_WORDS; word--) {
                    long begin = ((long) index << Slab.SHIFT) + (long) word * Long.SIZE;
                    // What is behind the volume's end is marked as allocated, so that nobody gets it.
                    long used = begin >= tree.units ? 0 : slab.word(word) & mask(begin, tree.units);
                    if (used != 0) {
                        return begin + Long.SIZE - 1 - Long.numberOfLeadingZeros(used);
                    }
                }
            }
        }
        return NONE;
    }

    long footprintBytes() {
        return tree.footprintBytes();
    }
}
