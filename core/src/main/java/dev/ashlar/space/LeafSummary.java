package dev.ashlar.space;

/**
 * What is known of the free runs in a leaf of a {@link Slab}, in one long: what a {@link RunSummary} says, and the steps of those that touch neither
 * border.
 *
 * <pre>{@code
 *     bit 63   | 54 .. 39 | 38 .. 26 | 25 .. 13 | 12 .. 0
 *     all free | steps    | suffix   | longest  | prefix          each below 2^13, unless all is free
 * }</pre>
 */
final class LeafSummary {
    private static final int BITS = Slab.LEAF_SHIFT;
    private static final long MASK = (1L << BITS) - 1;

    private LeafSummary() {}

    static long of(long summary, int steps) {
        return RunSummary.isAllFree(summary)
                ? summary
                : RunSummary.prefix(summary) | RunSummary.longest(summary) << BITS
                        | RunSummary.suffix(summary) << (2 * BITS) | (long) steps << (3 * BITS);
    }

    /** As a summary of any row of units. */
    static long summary(long leaf) {
        return isAllFree(leaf) ? RunSummary.ALL_FREE : RunSummary.of(prefix(leaf), longest(leaf), suffix(leaf));
    }

    static boolean isAllFree(long leaf) {
        return leaf < 0;
    }

    static long prefix(long leaf) {
        return leaf & MASK;
    }

    static long longest(long leaf) {
        return leaf >>> BITS & MASK;
    }

    static long suffix(long leaf) {
        return leaf >>> (2 * BITS) & MASK;
    }

    static int steps(long leaf) {
        return (int) (leaf >>> (3 * BITS)) & RunClasses.ALL_STEPS;
    }
}
