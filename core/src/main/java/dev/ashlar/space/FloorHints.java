package dev.ashlar.space;

/**
 * Where queries found what they looked for in an {@link ExtentTree} of ranges: a hint for each bucket of keys, so that most queries look at eight
 * keys instead of going down the tree.
 *
 * <pre>{@code
 *     hints    | bucket 0 | bucket 1 | ...       keys from start + b * 2^shift on
 *                   |
 *     leaf     | ... k k k k k k k k ... |       a window of eight keys
 * }</pre>
 *
 * <p>A hint is never wrong, as it is believed only if the tree itself proves it: the key looked for is not below the key found, and below the one
 * behind it in the same leaf. So changes of the tree need not care for hints; those that no longer hold are replaced by the queries that go
 * down the tree. Where the keys are so clustered that a bucket has many of them, that is what most do.
 *
 * <p>Buckets are made for a quarter to a half of the pairs, by the first query and whenever that no longer fits: two bytes a pair at most.
 *
 * <p>Several threads may query at once, also while another one changes the tree: each reads the hints once, and what races they lose costs
 * them a way down the tree. What {@link #endOfRangeWith} returns then is the business of who allowed it.
 */
final class FloorHints {
    private static final int WINDOW = 8;
    private static final int MIN_BUCKETS = 16;
    private static final int MAX_BUCKETS = 1 << 28;

    /** Written once; another object takes its place when the tree has grown. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Table(int[] hints, long start, int shift) {
        int bucket(long key) {
            return (int) ((key - start) >>> shift) & (hints.length - 1);
        }

        boolean isFor(long key, long pairs) {
            return (key - start) >>> shift < hints.length && pairs <= 4L * hints.length && pairs >= hints.length / 16;
        }
    }

    private final ExtentTree tree;
    private final long start;
    private Table table;

    /** For a tree of ranges from a start on. */
    FloorHints(ExtentTree tree, long start) {
        this.tree = tree;
        this.start = start;
        table = new Table(new int[MIN_BUCKETS], start, 0);
    }

    /**
     * The end of the range {@code [key, key + value)} that an offset is in, or else -1.
     *
     * @throws IndexOutOfBoundsException if the tree is being changed
     */
    long endOfRangeWith(long offset) {
        Table now = table;
        int window = now.hints[now.bucket(offset)];
        LeafNodes leaves = tree.leaves;
        long[] pairs = leaves.pairs;
        if (window < pairs.length / 2 - WINDOW) {
            int leaf = window / ExtentTree.LEAF_WIDTH;
            int last = leaf * ExtentTree.LEAF_WIDTH + leaves.counts[leaf] - 1;
            int at = floorInWindow(pairs, window, offset);
            long key = pairs[2 * at];
            // Negative if one of the three is: one branch, as an offset may be anywhere in the window.
            if (((offset - key) | (pairs[2 * at + 2] - offset - 1) | (last - at - 1)) >= 0) {
                return endIfIn(key + pairs[2 * at + 1], offset);
            }
        }
        return search(offset);
    }

    /** The last of the eight keys that is not above another, or the first if all are. */
    private static int floorInWindow(long[] pairs, int window, long key) {
        int at = window;
        at += 4 & (int) ((pairs[2 * at + 8] - key - 1) >> 63);
        at += 2 & (int) ((pairs[2 * at + 4] - key - 1) >> 63);
        at += 1 & (int) ((pairs[2 * at + 2] - key - 1) >> 63);
        return at;
    }

    private static long endIfIn(long end, long offset) {
        return offset < end ? end : -1;
    }

    private long search(long offset) {
        int at = tree.indexOfFloor(offset);
        if (at == ExtentTree.NONE) {
            return -1;
        }
        // Read before it becomes a hint: what a race has garbled is out of the array's bounds here, or harmless there.
        long end = tree.leaves.pairs[2 * at] + tree.leaves.pairs[2 * at + 1];
        Table now = table;
        if (!now.isFor(offset, tree.size())) {
            now = tableFor(offset);
            table = now;
        }
        int place = at % ExtentTree.LEAF_WIDTH;
        // The key behind the window lies in the same leaf.
        now.hints[now.bucket(offset)] =
                at - place + Math.clamp(place - (WINDOW / 2 - 1), 0, ExtentTree.LEAF_WIDTH - 1 - WINDOW);
        return endIfIn(end, offset);
    }

    private Table tableFor(long offset) {
        long wanted = Math.clamp(tree.size() / 2, MIN_BUCKETS, MAX_BUCKETS);
        int buckets = (int) Long.highestOneBit(wanted);
        long span = Math.max(offset, tree.lastKey()) - start;
        int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(span) - Integer.numberOfTrailingZeros(buckets));
        return new Table(new int[buckets], start, shift);
    }
}
