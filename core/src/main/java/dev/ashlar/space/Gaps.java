package dev.ashlar.space;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What lies between extents in use. */
final class Gaps {
    private Gaps() {}

    /**
     * Adds what lies between the extents, the first of them and the start, to a list.
     *
     * @return where the last of them ends; the start, if there is none
     * @throws IllegalArgumentException if two of them overlap, or if one is not between start and limit
     */
    static long between(Collection<Extent> inUse, long start, long limit, ExtentList.Builder gaps) {
        List<Extent> sorted = inUse.stream().sorted(Comparator.comparingLong(Extent::offset)).toList();
        long end = start;
        for (Extent extent : sorted) {
            if (extent.offset() < end) {
                throw new IllegalArgumentException(extent + " (expected: from " + end + " on, where "
                        + (end == start ? "the space starts)" : "the extent before it ends)"));
            }
            if (extent.end() > limit) {
                throw new IllegalArgumentException(extent + " (expected: an end of at most " + limit + ", the limit)");
            }
            if (extent.offset() > end) {
                gaps.add(end, extent.offset() - end);
            }
            end = extent.end();
        }
        return end;
    }
}
