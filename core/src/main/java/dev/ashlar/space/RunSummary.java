package dev.ashlar.space;

/**
 * What is known of the free runs in a row of units, in one long: how long the run at its begin is, the longest, the one at its end.
 *
 * <pre>{@code
 *     bit 63 | 62 .. 42 | 41 .. 21 | 20 .. 0
 *     all free | suffix | longest  | prefix          each below 2^21, unless all is free
 * }</pre>
 *
 * <p>The summary, its packing and the tree over it are those of the Go runtime's page allocator: Knyszek and Clements, <i>Scaling the Go Page
 * Allocator</i>, 2019.
 */
final class RunSummary {
    static final int BITS = 21;
    static final long ALL_FREE = Long.MIN_VALUE;

    private static final long MASK = (1L << BITS) - 1;

    private RunSummary() {}

    static long of(long prefix, long longest, long suffix) {
        return prefix | longest << BITS | suffix << (2 * BITS);
    }

    static boolean isAllFree(long summary) {
        return summary < 0;
    }

    static long prefix(long summary) {
        return summary & MASK;
    }

    static long longest(long summary) {
        return summary >>> BITS & MASK;
    }

    static long suffix(long summary) {
        return summary >>> (2 * BITS) & MASK;
    }
}
