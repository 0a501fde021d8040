package dev.ashlar.region;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import org.jspecify.annotations.Nullable;

/**
 * One owner's part of the {@link Regions}: which of them it has in use, and how it counts them.
 *
 * <p>A span is a block over several adjacent regions; the region of its header keeps its size, and the regions that it reaches
 * into count as joined: they have no edges of their own.
 *
 * <p>Regions that are free and committed belong to their only owner, or where several share them, to none.
 */
public final class RegionTable {
    /** What a search that finds nothing returns. */
    public static final int NONE = RegionBitmap.NONE;

    private final Regions regions;
    private final int owner;
    private final boolean sole;
    private final int regionCount;
    private final @Nullable DirtyPages dirtyPages;
    private int inUse;
    private int joinedRegions;

    /**
     * One owner of all regions, all of them uncommitted.
     *
     * @param os which commits and releases
     * @param geometry of the regions
     * @param tableAddress of the table of block starts, whose slices are committed with the regions
     * @param hugePages whether to ask for huge pages in each region that is committed
     */
    public RegionTable(OsMemory os, Geometry geometry, long tableAddress, boolean hugePages) {
        this(new Regions(os, geometry, tableAddress, 1, hugePages, false), geometry, 0, true);
    }

    /**
     * One of several owners.
     *
     * @param regions that they share
     * @param owner its number, 0 to {@code Short.MAX_VALUE}
     */
    public RegionTable(Regions regions, Geometry geometry, int owner) {
        this(regions, geometry, owner, false);
    }

    private RegionTable(Regions regions, Geometry geometry, int owner, boolean sole) {
        this.regions = regions;
        this.owner = owner;
        this.sole = sole;
        regionCount = geometry.regionCount();
        dirtyPages = regions.newDirtyPages();
    }

    /** The regions of all owners. */
    public Regions regions() {
        return regions;
    }

    /** Which pages of this owner's free blocks are dirty; null for a sole owner, and where no page can be given back. */
    @Nullable
    DirtyPages dirtyPages() {
        return dirtyPages;
    }

    /** Whether a region was in use before, and has been committed since then. */
    boolean isSoiled(int region) {
        return regions.isSoiled(region);
    }

    /** Regions that this owner has in use. */
    public int regionsInUse() {
        return inUse;
    }

    /** Regions that count as this owner's: in use or retained. */
    public int committedRegions() {
        return inUse + retainedRegions();
    }

    /** Wholly free regions of this owner that are still committed. */
    public int retainedRegions() {
        return sole ? regions.retainedRegions() : 0;
    }

    /** Regions that may be acquired. */
    public int availableRegions() {
        return regions.availableRegions();
    }

    /** Whether this owner's blocks are in this region, or a span of it reaches into it. */
    public boolean isInUse(int region) {
        return regions.ownerOf(region) == owner;
    }

    /** Bytes of this owner's committed regions and their tables. */
    public long committedBytes() {
        return committedRegions() * regions.committedBytesEach();
    }

    /** Bytes of committed memory that no block has: table slices, and the edges of the regions in use. */
    public long overheadBytes() {
        return committedRegions() * regions.tableBytesEach() + (long) (inUse - joinedRegions) * BlockLayout.EDGE_BYTES;
    }

    /** Regions that a span from a region before reaches into. */
    public int joinedRegions() {
        return joinedRegions;
    }

    /** The most adjacent regions of this owner that are retained. */
    public int longestRetainedRun() {
        return sole ? regions.longestRetainedRun() : 0;
    }

    /** Whether so many more regions may be in use. */
    boolean mayAcquire(int count) {
        return regions.mayAcquire(count);
    }

    /** Finds one region that may be acquired, a retained one if there is one, else the lowest; or {@link #NONE}. */
    public int find() {
        return regions.find();
    }

    /** The lowest available region at or above {@code from}, or {@link #NONE}. */
    public int firstAvailable(int from) {
        return regions.firstAvailable(from);
    }

    /** The lowest region at or above {@code from} that somebody uses; the number of regions if there is none. */
    public int firstTaken(int from) {
        return regions.firstInUse(from);
    }

    /** The lowest region at or above {@code from} that this owner uses; the number of regions if there is none. */
    public int firstInUse(int from) {
        int region = regions.firstInUse(from);
        while (region < regionCount && !isInUse(region)) {
            region = regions.firstInUse(region + 1);
        }
        return region;
    }

    /** The most adjacent regions that are available. */
    public int longestAvailableRun() {
        return regions.longestAvailableRun();
    }

    /**
     * Takes available regions into use, and commits those that aren't.
     *
     * @return false if another owner has taken one of them, or too many would be in use; nothing has changed then
     * @throws dev.ashlar.OsException if the operating system refuses; none is in use then, and what was committed before it refused is
     *     retained
     */
    public boolean acquire(int first, int count) {
        boolean acquired = regions.acquire(first, count, owner);
        if (acquired) {
            inUse += count;
        }
        return acquired;
    }

    /** Takes regions out of use that hold no block and no start any more. They stay committed. */
    public void giveBack(int first, int count) {
        regions.giveBack(first, count);
        inUse -= count;
    }

    /**
     * Returns retained regions to the operating system, the highest first, until no more than so many are left.
     *
     * @return bytes given back
     * @throws dev.ashlar.OsException if the operating system refuses; what was given back until then is
     */
    public long release(int keep) {
        return regions.release(keep);
    }

    /** Units of the span whose header lies in this region, or 0. */
    public long spanUnits(int region) {
        return regions.spanUnits(region);
    }

    /** Notes a span that begins in {@code region} and reaches into the {@code joined} regions behind it. */
    public void setSpan(int region, long units, int joined) {
        regions.setSpanUnits(region, units);
        joinedRegions += joined;
    }

    /** Bytes of this owner's slices of tables. */
    long tableBytes() {
        return committedRegions() * regions.tableBytesEach();
    }

    /** A start in a region that nobody has in use, or 0. Only the sole owner looks. */
    long strayStart(BlockStarts starts) {
        return sole ? regions.strayStart(starts) : 0;
    }
}
