package dev.ashlar.attach;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.space.Extent;

/**
 * What of a space is allocated, as far as a picture shows it.
 *
 * @param name of the source, if it is one of a set; else empty
 * @param start its first unit
 * @param end behind its last unit; of a space that grows, where it ends now
 * @param used units
 * @param largestFree the longest run of free ones
 * @param extents how many there are: runs of allocated units
 * @param parts all of them by offset; if they are more than {@link #MOST_EXACT}, of each cell that the space is divided into one that begins where the cell does, and is as long as what is
 *     allocated there
 */
public record SpaceShape(
        String name, long start, long end, long used, long largestFree, long extents, List<Extent> parts) {
    /** So many extents are told one by one. */
    public static final int MOST_EXACT = 200;

    /** An unmodifiable copy of the list. */
    public SpaceShape {
        parts = List.copyOf(parts);
    }

    /**
     * The shape that extents have.
     *
     * @param all by offset; none touches another
     * @param cells that the space is divided into if there are too many, 1 or more
     */
    static SpaceShape of(String name, long start, long end, List<Extent> all, int cells) {
        long used = 0;
        long largest = 0;
        long at = start;
        for (Extent extent : all) {
            largest = Math.max(largest, extent.offset() - at);
            used += extent.length();
            at = extent.offset() + extent.length();
        }
        largest = Math.max(largest, end - at);
        return new SpaceShape(
                name, start, end, used, largest, all.size(),
                all.size() <= MOST_EXACT ? all : byCell(start, end, all, cells));
    }

    /** O(extents + cells). The first units of the last cell may be fewer than those of others. */
    private static List<Extent> byCell(long start, long end, List<Extent> all, int cells) {
        long perCell = Math.max(1, Math.ceilDiv(end - start, cells));
        List<Extent> parts = new ArrayList<>();
        long cell = 0;
        long inCell = 0;
        for (Extent extent : all) {
            long at = extent.offset() - start;
            long stop = at + extent.length();
            while (at < stop) {
                if (at / perCell != cell) {
                    add(parts, start + cell * perCell, inCell);
                    cell = at / perCell;
                    inCell = 0;
                }
                long taken = Math.min(stop, (cell + 1) * perCell) - at;
                inCell += taken;
                at += taken;
            }
        }
        add(parts, start + cell * perCell, inCell);
        return parts;
    }

    private static void add(List<Extent> parts, long offset, long length) {
        if (length > 0) {
            parts.add(new Extent(offset, length));
        }
    }
}
