package dev.ashlar.space;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * An immutable list of extents in an array of numbers, 16 bytes each, or 8 where all of them lie within 2^32: what a copy costs is the memory
 * that it is written to. Each {@link Extent} is made when it is asked for.
 */
final class ExtentList extends AbstractList<Extent> implements RandomAccess {
    /** From the first offset to the last end, so that they fit into four bytes each. */
    static final long MAX_SPAN = 0xffff_ffffL;

    private static final int[] NOT_NARROW = {};
    private static final long[] NOT_WIDE = {};

    private final long[] wide;
    private final int[] narrow;
    private final long base;
    private final int size;

    /** Takes the array as it is. */
    ExtentList(long[] wide, int size) {
        this.wide = wide;
        this.narrow = NOT_NARROW;
        this.base = 0;
        this.size = size;
    }

    /** Takes the array as it is: offsets from a base on, and lengths, both without a sign. */
    ExtentList(int[] narrow, long base, int size) {
        this.wide = NOT_WIDE;
        this.narrow = narrow;
        this.base = base;
        this.size = size;
    }

    /** The length of an array for so many extents. */
    static int arrayLength(long extents) {
        if (extents > Builder.MAX_PAIRS) {
            throw new IllegalStateException(
                    "extents: " + extents + " (expected: at most " + Builder.MAX_PAIRS + ", what a list can hold)");
        }
        return 2 * (int) extents;
    }

    static ExtentList of() {
        return new ExtentList(new long[0], 0);
    }

    static ExtentList of(long offset, long length) {
        return new ExtentList(new long[] {offset, length}, 1);
    }

    @Override
    public Extent get(int index) {
        Objects.checkIndex(index, size);
        return narrow.length > 0
                ? new Extent(
                        base + Integer.toUnsignedLong(narrow[2 * index]), Integer.toUnsignedLong(narrow[2 * index + 1]))
                : new Extent(wide[2 * index], wide[2 * index + 1]);
    }

    @Override
    public int size() {
        return size;
    }

    /** Collects extents, in order. */
    static final class Builder {
        private static final int MAX_PAIRS = Integer.MAX_VALUE / 2 - 8;

        private long[] pairs;
        private int size;

        Builder(long expected) {
            pairs = new long[2 * Math.clamp(expected, 4, MAX_PAIRS)];
        }

        void add(long offset, long length) {
            if (2 * size == pairs.length) {
                if (size == MAX_PAIRS) {
                    throw new IllegalStateException(
                            "extents: more than " + MAX_PAIRS + " (expected: what a list can hold)");
                }
                pairs = Arrays.copyOf(pairs, 2 * Math.min(MAX_PAIRS, 2 * size));
            }
            pairs[2 * size] = offset;
            pairs[2 * size + 1] = length;
            size++;
        }

        long size() {
            return size;
        }

        ExtentList build() {
            return new ExtentList(pairs, size);
        }
    }
}
