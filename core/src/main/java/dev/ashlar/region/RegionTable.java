package dev.ashlar.region;

import dev.ashlar.OsException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;

/**
 * What each region of a reservation is doing, and the only place where memory is asked for and given back region by region.
 *
 * <pre>{@code
 *                    acquire                      giveBack
 *     uncommitted  ----------->  in use  <----------------------->  retained
 *          ^                                      acquire              |
 *          +-----------------------------------------------------------+
 *                                     release
 *
 *     available = uncommitted + retained
 *     committedBytes == (in use + retained) x (region + its slice of the table of block starts)
 * }</pre>
 *
 * <p>A span is a block over several adjacent regions; the region of its header keeps its size here, and the regions that it reaches
 * into count as joined: they have no edges of their own.
 */
public final class RegionTable {
    /** What a search that finds nothing returns. */
    public static final int NONE = RegionBitmap.NONE;

    private final OsMemory os;
    private final Geometry geometry;
    private final long tableAddress;
    private final long sliceBytes;
    private final boolean hugePages;
    private final RegionBitmap available;
    private final RegionBitmap retained;
    private final long[] spanUnits;
    private int committedRegions;
    private int joinedRegions;

    /**
     * All regions uncommitted.
     *
     * @param os which commits and releases
     * @param geometry of the regions
     * @param tableAddress of the table of block starts, whose slices are committed with the regions
     * @param hugePages whether to ask for huge pages in each region that is committed
     */
    public RegionTable(OsMemory os, Geometry geometry, long tableAddress, boolean hugePages) {
        this.os = os;
        this.geometry = geometry;
        this.tableAddress = tableAddress;
        this.hugePages = hugePages;
        sliceBytes = geometry.regionBytes() / BlockStarts.BYTES_PER_TABLE_BYTE;
        available = new RegionBitmap(geometry.regionCount());
        retained = new RegionBitmap(geometry.regionCount());
        spanUnits = new long[geometry.regionCount()];
        for (int region = 0; region < geometry.regionCount(); region++) {
            available.add(region);
        }
    }

    /** Regions that are committed, in use or retained. */
    public int committedRegions() {
        return committedRegions;
    }

    /** Wholly free regions that are still committed. */
    public int retainedRegions() {
        return retained.count();
    }

    /** Regions that may be acquired. */
    public int availableRegions() {
        return available.count();
    }

    /** Whether blocks are in this region, or a span reaches into it. */
    public boolean isInUse(int region) {
        return !available.contains(region);
    }

    /** Bytes of committed regions and their tables. */
    public long committedBytes() {
        return committedRegions * (geometry.regionBytes() + sliceBytes);
    }

    /** Bytes of committed memory that no block has: table slices, and the edges of the regions in use. */
    public long overheadBytes() {
        int edged = geometry.regionCount() - available.count() - joinedRegions;
        return committedRegions * sliceBytes + (long) edged * BlockLayout.EDGE_BYTES;
    }

    /** Regions that a span from a region before reaches into. */
    public int joinedRegions() {
        return joinedRegions;
    }

    /** The most adjacent regions that are retained. */
    public int longestRetainedRun() {
        return retained.longestRun();
    }

    /**
     * Finds one available region, a retained one if there is one, else the lowest; or {@link #NONE}.
     */
    public int find() {
        int region = retained.firstFrom(0);
        return region != NONE ? region : available.firstFrom(0);
    }

    /** The lowest available region at or above {@code from}, or {@link #NONE}. */
    public int firstAvailable(int from) {
        return available.firstFrom(from);
    }

    /** The lowest region at or above {@code from} that is in use; the number of regions if there is none. */
    public int firstInUse(int from) {
        return available.firstAbsentFrom(from);
    }

    /** The most adjacent regions that are available. */
    public int longestAvailableRun() {
        return available.longestRun();
    }

    /**
     * Takes available regions into use, and commits those that aren't.
     *
     * @throws OsException if the operating system refuses; none is in use then, and what was committed before it refused is retained
     */
    public void acquire(int first, int count) {
        int end = first + count;
        int region = first;
        try {
            while (region < end) {
                int committed = region;
                while (committed < end && !retained.contains(committed)) {
                    committed++;
                }
                if (committed > region) {
                    commit(region, committed - region);
                }
                region = committed;
                while (region < end && retained.contains(region)) {
                    region++;
                }
            }
        } catch (OsException e) {
            for (int committed = first; committed < region; committed++) {
                retained.add(committed);
            }
            throw e;
        }
        for (region = first; region < end; region++) {
            retained.remove(region);
            available.remove(region);
        }
    }

    private void commit(int first, int count) {
        os.commit(geometry.regionStart(first), count * geometry.regionBytes());
        try {
            os.commit(slice(first), count * sliceBytes);
        } catch (OsException e) {
            try {
                os.release(geometry.regionStart(first), count * geometry.regionBytes());
            } catch (OsException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        committedRegions += count;
        if (hugePages) {
            os.adviseHugePages(geometry.regionStart(first), count * geometry.regionBytes());
        }
    }

    private void uncommit(int first, int count) {
        os.release(geometry.regionStart(first), count * geometry.regionBytes());
        committedRegions -= count;
        for (int region = first; region < first + count; region++) {
            retained.remove(region);
        }
        // If this is refused the slice stays writable, and zero as it is: no harm, and committing it again is right.
        os.release(slice(first), count * sliceBytes);
    }

    /** Takes regions out of use that hold no block and no start any more. They stay committed. */
    public void giveBack(int first, int count) {
        for (int region = first; region < first + count; region++) {
            available.add(region);
            retained.add(region);
        }
    }

    /**
     * Returns retained regions to the operating system, the highest first, until no more than so many are left.
     *
     * @return bytes given back
     * @throws OsException if the operating system refuses; what was given back until then is
     */
    public long release(int keep) {
        long released = 0;
        for (int region = geometry.regionCount() - 1; region >= 0 && retained.count() > keep; region--) {
            if (retained.contains(region)) {
                uncommit(region, 1);
                released += geometry.regionBytes() + sliceBytes;
            }
        }
        return released;
    }

    /** Units of the span whose header lies in this region, or 0. */
    public long spanUnits(int region) {
        return spanUnits[region];
    }

    /** Notes a span that begins in {@code region} and reaches into the {@code joined} regions behind it. */
    public void setSpan(int region, long units, int joined) {
        spanUnits[region] = units;
        joinedRegions += joined;
    }

    private long slice(int region) {
        return tableAddress + region * sliceBytes;
    }
}
