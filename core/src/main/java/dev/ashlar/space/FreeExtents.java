package dev.ashlar.space;

import org.jspecify.annotations.Nullable;

/**
 * The free extents of a space: disjoint, and no two of them touch. By offset in one tree, whose maxima serve first, next and worst fit;
 * under best fit also by length in another.
 *
 * <p>Invariant: {@code total == sum of all lengths}, and both trees hold the same extents.
 *
 * <p>A search leaves its extent as the position in {@link #byOffset}, where {@link #take} goes on. Not thread-safe.
 */
final class FreeExtents {
    /** What a search that finds nothing returns. */
    static final long NONE = -1;

    final ExtentTree byOffset = new ExtentTree(true);
    private final FloorHints hints;
    private @Nullable ExtentTree bySize;
    private long total;
    // Whether the position in bySize is that of the extent that was found: it need not be searched again.
    private boolean sizeIsHere;

    /** None, in a space from a start on. */
    FreeExtents(long start) {
        hints = new FloorHints(byOffset, start);
    }

    long total() {
        return total;
    }

    long count() {
        return byOffset.size();
    }

    long largest() {
        return byOffset.max();
    }

    /** Keeps an index by length from now on, O(n log n), or no longer. */
    void keepSizes(boolean keep) {
        if (!keep) {
            bySize = null;
        } else if (bySize == null) {
            ExtentTree sizes = new ExtentTree(false);
            LeafNodes leaves = byOffset.leaves;
            for (int leaf = byOffset.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
                for (int place = 0; place < leaves.counts[leaf]; place++) {
                    insertSize(sizes, leaves.key(leaf, place), leaves.value(leaf, place));
                }
            }
            bySize = sizes;
        }
    }

    /** The lowest aligned offset at or above {@code from} that a free extent has room at. O(log n) for each extent that is only too badly aligned. */
    long firstFit(long from, long length, long alignment) {
        if (from > 0 && byOffset.floor(from)) {
            long at = Requests.alignUp(from, alignment);
            if (fits(at, length, byOffset.key() + byOffset.value())) {
                return at;
            }
        }
        for (long key = from; byOffset.seek(key, length); key = byOffset.key() + 1) {
            long at = placeHere(length, alignment);
            if (at != NONE) {
                return at;
            }
        }
        return NONE;
    }

    /** The lowest aligned offset in the free extent that ends at an offset. */
    long lastFit(long end, long length, long alignment) {
        return byOffset.floor(end) && byOffset.key() + byOffset.value() == end ? placeHere(length, alignment) : NONE;
    }

    /** The lowest aligned offset in the smallest free extent with room; needs the index by length. */
    long bestFit(long length, long alignment) {
        ExtentTree sizes = bySize;
        if (sizes == null) {
            throw new IllegalStateException("no index by length (expected: one, under best fit)");
        }
        for (boolean found = sizes.ceiling(LengthKeys.of(length, 0), 0); found; found = sizes.next()) {
            long at = Requests.alignUp(sizes.value(), alignment);
            if (fits(at, length, sizes.value() + length(sizes.key()))) {
                byOffset.floor(at);
                sizeIsHere = true;
                return at;
            }
        }
        return NONE;
    }

    /** The length of the extent of a key in the index by length. */
    private long length(long key) {
        long length = LengthKeys.length(key);
        return length < LengthKeys.LONGEST ? length : byOffset.max();
    }

    /** The lowest aligned offset in the largest free extent with room. */
    long worstFit(long length, long alignment) {
        long most = byOffset.max();
        if (most - length >= alignment - 1) {
            byOffset.seek(0, most);
            return placeHere(length, alignment);
        }
        // Any of those that are long enough may be badly aligned.
        long best = NONE;
        long bestLength = 0;
        for (long key = 0; byOffset.seek(key, Math.max(length, bestLength + 1)); key = byOffset.key() + 1) {
            long at = placeHere(length, alignment);
            if (at != NONE) {
                best = at;
                bestLength = byOffset.value();
            }
        }
        if (best != NONE) {
            byOffset.floor(best);
        }
        return best;
    }

    private long placeHere(long length, long alignment) {
        long at = Requests.alignUp(byOffset.key(), alignment);
        return fits(at, length, byOffset.key() + byOffset.value()) ? at : NONE;
    }

    private static boolean fits(long at, long length, long end) {
        return at >= 0 && at <= end - length;
    }

    /** Whether all of a range is free; if so, the position is its extent. */
    boolean contains(long offset, long length) {
        return byOffset.floor(offset) && byOffset.key() + byOffset.value() - length >= offset;
    }

    /**
     * The end of the free extent that an offset is in, or else -1. Changes no position, and may be called while another thread makes a change: it
     * ends, and returns anything or throws an {@link IndexOutOfBoundsException}.
     */
    long endOfRangeWith(long offset) {
        return hints.endOfRangeWith(offset);
    }

    /** Takes a range out of the free extent that is the position. */
    void take(long offset, long length) {
        reserve();
        long start = byOffset.key();
        long whole = byOffset.value();
        long before = offset - start;
        long behind = whole - before - length;
        if (before > 0) {
            byOffset.replace(start, before);
            if (behind > 0) {
                byOffset.insert(offset + length, behind);
            }
        } else if (behind > 0) {
            byOffset.replace(offset + length, behind);
        } else {
            byOffset.remove();
        }
        total -= length;
        if (bySize != null) {
            if (sizeIsHere) {
                bySize.remove();
            } else {
                removeSize(bySize, start, whole);
            }
            sizeIsHere = false;
            insertSize(bySize, start, before);
            insertSize(bySize, offset + length, behind);
        }
    }

    /** The first free offset in a range, or {@link #NONE}. */
    long firstFreeIn(long offset, long length) {
        if (byOffset.floor(offset) && offset < byOffset.key() + byOffset.value()) {
            return offset;
        }
        long next = byOffset.nextKey();
        return next < offset + length ? next : NONE;
    }

    /**
     * Adds a range, none of which is free, and joins it with the free extents that it touches.
     *
     * <pre>{@code
     *     | before |  range  | behind |      joins both: one extent less
     *     | before |  range  | in use |      grows the one before
     *     | in use |  range  | behind |      grows the one behind, downwards
     *     | in use |  range  | in use |      one extent more
     * }</pre>
     */
    void add(long offset, long length) {
        reserve();
        long end = offset + length;
        long before = 0;
        if (byOffset.floor(offset) && byOffset.key() + byOffset.value() == offset) {
            before = byOffset.value();
        }
        long start = offset - before;
        long behind = 0;
        // Nothing begins at the largest offset: there it means that there is no next extent.
        if (byOffset.nextKey() == end && end < Long.MAX_VALUE) {
            if (before == 0) {
                byOffset.next();
                behind = byOffset.value();
                byOffset.replace(offset, length + behind);
            } else {
                byOffset.next();
                behind = byOffset.value();
                byOffset.remove();
                byOffset.floor(start);
                byOffset.replace(start, before + length + behind);
            }
        } else if (before != 0) {
            byOffset.replace(start, before + length);
        } else {
            byOffset.insert(offset, length);
        }
        total += length;
        if (bySize != null) {
            removeSize(bySize, start, before);
            removeSize(bySize, end, behind);
            insertSize(bySize, start, before + length + behind);
        }
    }

    /** Takes the free extent that ends at an offset away altogether, if there is one. Returns where it began, or else the offset. */
    long takeEndingAt(long end) {
        if (!byOffset.floor(end) || byOffset.key() + byOffset.value() != end) {
            return end;
        }
        long start = byOffset.key();
        take(start, end - start);
        return start;
    }

    ExtentList list() {
        long[] list = new long[ExtentList.arrayLength(count())];
        int next = 0;
        LeafNodes leaves = byOffset.leaves;
        for (int leaf = byOffset.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
            int numbers = 2 * leaves.counts[leaf];
            System.arraycopy(leaves.pairs, 2 * leaf * leaves.width, list, next, numbers);
            next += numbers;
        }
        return new ExtentList(list, next / 2);
    }

    /** What lies between the free extents, from a start to an end. */
    ExtentList gaps(long start, long end) {
        int most = ExtentList.arrayLength(count() + 1);
        return end - start <= ExtentList.MAX_SPAN ? narrowGaps(most, start, end) : wideGaps(most, start, end);
    }

    private ExtentList narrowGaps(int most, long start, long end) {
        int[] list = new int[most];
        int next = 0;
        long from = start;
        LeafNodes leaves = byOffset.leaves;
        long[] pairs = leaves.pairs;
        for (int leaf = byOffset.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
            int at = 2 * leaf * leaves.width;
            int last = at + 2 * leaves.counts[leaf];
            if (at < last && pairs[at] == start) {
                // Only before the first free extent may there be nothing.
                from += pairs[at + 1];
                at += 2;
            }
            for (; at < last; at += 2, next += 2) {
                long to = pairs[at];
                list[next] = (int) (from - start);
                list[next + 1] = (int) (to - from);
                from = to + pairs[at + 1];
            }
        }
        if (from < end) {
            list[next] = (int) (from - start);
            list[next + 1] = (int) (end - from);
            next += 2;
        }
        return new ExtentList(list, start, next / 2);
    }

    private ExtentList wideGaps(int most, long start, long end) {
        long[] list = new long[most];
        int next = 0;
        long from = start;
        LeafNodes leaves = byOffset.leaves;
        long[] pairs = leaves.pairs;
        for (int leaf = byOffset.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
            int at = 2 * leaf * leaves.width;
            int last = at + 2 * leaves.counts[leaf];
            if (at < last && pairs[at] == start) {
                from += pairs[at + 1];
                at += 2;
            }
            for (; at < last; at += 2, next += 2) {
                long to = pairs[at];
                list[next] = from;
                list[next + 1] = to - from;
                from = to + pairs[at + 1];
            }
        }
        if (from < end) {
            list[next] = from;
            list[next + 1] = end - from;
            next += 2;
        }
        return new ExtentList(list, next / 2);
    }

    private void reserve() {
        byOffset.reserve(2);
        if (bySize != null) {
            bySize.reserve(2);
        }
    }

    private static void removeSize(ExtentTree sizes, long offset, long length) {
        if (length > 0) {
            long key = LengthKeys.of(length, offset);
            if (!sizes.ceiling(key, offset) || sizes.key() != key || sizes.value() != offset) {
                throw new IllegalStateException(
                        "free extent " + Requests.range(offset, offset + length)
                                + ": not in the index by length (expected: once)");
            }
            sizes.remove();
        }
    }

    private static void insertSize(ExtentTree sizes, long offset, long length) {
        if (length > 0) {
            sizes.insert(LengthKeys.of(length, offset), offset);
        }
    }

    /** Compares everything with a walk; all extents must lie in {@code [start, end)}. */
    void validate(long start, long end) {
        TreeValidator walk = new TreeValidator("by offset", byOffset, start);
        walk.validate();
        if (walk.touches() || walk.end() > end) {
            throw notApart(start, end);
        }
        if (walk.sum() != total) {
            throw new IllegalStateException("free in sum: " + total + " (expected: " + walk.sum() + ", by a walk)");
        }
        if (bySize != null) {
            validateSizes(bySize);
        }
    }

    private IllegalStateException notApart(long start, long end) {
        long free = start - 1;
        LeafNodes leaves = byOffset.leaves;
        for (int leaf = byOffset.firstLeaf(); leaf != ExtentTree.NONE; leaf = leaves.next[leaf]) {
            for (int place = 0; place < leaves.counts[leaf]; place++) {
                long offset = leaves.key(leaf, place);
                long length = leaves.value(leaf, place);
                if (offset <= free || length <= 0 || length > end - offset) {
                    return new IllegalStateException("free extent at " + offset + " of length " + length
                            + " (expected: from above " + free + " to " + end + ")");
                }
                free = offset + length;
            }
        }
        return new IllegalStateException("free extents: changed while they were looked at (expected: no other call)");
    }

    private void validateSizes(ExtentTree sizes) {
        new TreeValidator("by length", sizes, 0).validate();
        if (sizes.size() != byOffset.size()) {
            throw new IllegalStateException(
                    "extents by length: " + sizes.size() + " (expected: " + byOffset.size() + ", as by offset)");
        }
        if (TreeValidator.print(byOffset, false) != TreeValidator.print(sizes, true)) {
            throw new IllegalStateException("extents by length: others than by offset (expected: the same)");
        }
    }
}
