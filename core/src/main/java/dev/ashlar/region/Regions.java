package dev.ashlar.region;

import dev.ashlar.OsException;
import dev.ashlar.RegionState;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.lock.LockRank;
import dev.ashlar.os.OsMemory;
import org.jspecify.annotations.Nullable;

/**
 * The regions of a reservation, which one owner or several take into use and give back: the only place where memory is asked for and
 * returned region by region.
 *
 * <pre>{@code
 *                    acquire                      giveBack
 *     uncommitted  ----------->  in use  <----------------------->  retained
 *          ^                    by an owner           acquire          |
 *          +-----------------------------------------------------------+
 *                                     release
 *
 *     available = uncommitted + retained
 *     committedBytes == (in use + retained) x (region + its slices of the tables)
 * }</pre>
 *
 * <p>A region is <i>soiled</i> from the end of its use until it is released: its pages may be resident.
 *
 * <p>Thread-safe: each method is one step under this object's monitor, the innermost lock of a pool. Counts, and who owns a region, can be
 * read without it: they were true a moment ago, and who owns a block's region is fixed for as long as the block lives.
 *
 * <p><b>Shared regions stay writable when they are released.</b> A thread that frees a block twice, too late, may be about to write
 * a header there: harmless in a purged page, the end of the process in a read-only one.
 */
public final class Regions {
    /** What a search that finds nothing returns. */
    static final int NONE = RegionBitmap.NONE;

    /** So much of a region is given back at a time: whoever wants a region waits no longer than that takes. */
    private static final long PIECE_BYTES = 1 << 18;

    /** The owner of what is available. */
    public static final int NOBODY = -1;

    private final OsMemory os;
    private final Geometry geometry;
    private final long tablesAddress;
    private final int tables;
    private final long sliceBytes;
    private final boolean hugePages;
    private final RegionBitmap available;
    private final RegionBitmap retained;
    private final RegionBitmap writable;
    private final RegionBitmap soiled;
    private final DirtyPages.@Nullable Bits dirtyBits;
    private final short[] owners;
    private final long[] spanUnits;
    private final boolean shared;
    private volatile int committedRegions;
    private volatile int retainedRegions;
    private volatile int availableRegions;
    private volatile int limit;

    /** The region that is being released, piece by piece, or {@link #NONE}; and how many of its bytes are. */
    private int releasing = NONE;

    private long releasedBytes;

    private RegionListener listener = RegionListener.NONE;

    /**
     * All regions uncommitted.
     *
     * @param os which commits and releases
     * @param geometry of the regions
     * @param tablesAddress of the first table behind the regions
     * @param tables how many tables there are, each one 128th of the regions; their slices are committed with the regions
     * @param hugePages whether to ask for huge pages in each region that is committed
     * @param shared whether several threads free blocks here
     */
    public Regions(
            OsMemory os, Geometry geometry, long tablesAddress, int tables, boolean hugePages, boolean shared) {
        this.os = os;
        this.geometry = geometry;
        this.tablesAddress = tablesAddress;
        this.tables = tables;
        this.hugePages = hugePages;
        this.shared = shared;
        int count = geometry.regionCount();
        sliceBytes = geometry.regionBytes() / BlockStarts.BYTES_PER_TABLE_BYTE;
        available = new RegionBitmap(count);
        retained = new RegionBitmap(count);
        writable = new RegionBitmap(shared ? count : 0);
        soiled = new RegionBitmap(count);
        dirtyBits = shared && os.returnsPages() ? new DirtyPages.Bits(count) : null;
        owners = new short[count];
        spanUnits = new long[count];
        limit = count;
        for (int region = 0; region < count; region++) {
            available.add(region);
            owners[region] = NOBODY;
        }
        counted();
    }

    /** Tells somebody from now on what is committed and released. */
    public synchronized void listener(RegionListener newListener) {
        assert LockRank.REGIONS.mayEnter();
        listener = newListener;
    }

    /** Regions that are committed, in use or retained. */
    public int committedRegions() {
        return committedRegions;
    }

    /** Wholly free regions that are still committed. */
    public int retainedRegions() {
        return retainedRegions;
    }

    /** Regions that may be acquired. */
    public int availableRegions() {
        return availableRegions;
    }

    /** How many regions may be in use. */
    public int limit() {
        return limit;
    }

    /** Changes that. Those that are in use beyond it stay so until they are wholly free. */
    public void limit(int regions) {
        limit = regions;
    }

    /** How many more regions may be in use. */
    public int unusedBelowLimit() {
        return Math.max(0, limit - (owners.length - availableRegions));
    }

    /**
     * Resident bytes of the committed regions and of their slices of the tables, as the operating system counts them; -1 where it doesn't say. Takes time in
     * proportion to them, and no lock for longer than it takes to find the next one: what others commit or release meanwhile may be counted or not.
     */
    public long residentBytes() {
        long resident = 0;
        for (int region = nextCommitted(0); region != NONE; region = nextCommitted(region + 1)) {
            long bytes = os.residentBytes(geometry.regionStart(region), geometry.regionBytes());
            for (int table = 0; table < tables && bytes >= 0; table++) {
                bytes += Math.max(0, os.residentBytes(slice(table, region), sliceBytes));
            }
            if (bytes < 0) {
                return -1;
            }
            resident += bytes;
        }
        return resident;
    }

    private synchronized int nextCommitted(int from) {
        assert LockRank.REGIONS.mayEnter();
        for (int region = from; region < owners.length; region++) {
            if (owners[region] != NOBODY || retained.contains(region)) {
                return region;
            }
        }
        return NONE;
    }

    /** Whether so many more regions may be in use. */
    boolean mayAcquire(int count) {
        return count <= unusedBelowLimit();
    }

    /** Bytes that one committed region takes, with its slices of the tables. */
    public long committedBytesEach() {
        return geometry.regionBytes() + tables * sliceBytes;
    }

    /** Bytes of the slices of one region. */
    public long tableBytesEach() {
        return tables * sliceBytes;
    }

    /** Bytes of committed regions and their tables. */
    public long committedBytes() {
        return committedRegions * committedBytesEach();
    }

    /** Who has the region in use, or {@link #NOBODY}. */
    public int ownerOf(int region) {
        return owners[region];
    }

    /** Account of the dirty pages of one owner, or null. */
    @Nullable
    DirtyPages newDirtyPages() {
        return dirtyBits == null ? null : new DirtyPages(geometry, dirtyBits, os.pageSizeBytes());
    }

    /** Whether pages of a committed region may be resident that no owner has touched since it took the region into use. */
    public synchronized boolean isSoiled(int region) {
        assert LockRank.REGIONS.mayEnter();
        return soiled.contains(region);
    }

    /** What a region is doing. */
    public synchronized RegionState stateOf(int region) {
        assert LockRank.REGIONS.mayEnter();
        if (isInUse(region)) {
            return RegionState.IN_USE;
        }
        return retained.contains(region) ? RegionState.RETAINED : RegionState.UNCOMMITTED;
    }

    /** Whether somebody has the region in use. */
    boolean isInUse(int region) {
        return owners[region] != NOBODY;
    }

    /** The most adjacent regions that are retained. */
    public synchronized int longestRetainedRun() {
        assert LockRank.REGIONS.mayEnter();
        return retained.longestRun();
    }

    /** The most adjacent regions that are available. */
    public synchronized int longestAvailableRun() {
        assert LockRank.REGIONS.mayEnter();
        return available.longestRun();
    }

    /** Finds one region that may be acquired, a retained one if there is one, else the lowest; or {@link #NONE}. */
    synchronized int find() {
        assert LockRank.REGIONS.mayEnter();
        if (!mayAcquire(1)) {
            return NONE;
        }
        int region = retained.firstFrom(0);
        return region != NONE ? region : available.firstFrom(0);
    }

    /** The lowest available region at or above {@code from}, or {@link #NONE}. */
    synchronized int firstAvailable(int from) {
        assert LockRank.REGIONS.mayEnter();
        return available.firstFrom(from);
    }

    /** The lowest region at or above {@code from} that somebody uses; the number of regions if there is none. */
    synchronized int firstInUse(int from) {
        assert LockRank.REGIONS.mayEnter();
        return available.firstAbsentFrom(from);
    }

    /**
     * Takes available regions into use, and commits those that aren't.
     *
     * @return false if one of them is not available (any more), or too many would be in use; nothing has changed then
     * @throws OsException if the operating system refuses; none is in use then, and what was committed before it refused is retained
     */
    synchronized boolean acquire(int first, int count, int owner) {
        assert LockRank.REGIONS.enter();
        try {
            return take(first, count, owner);
        } finally {
            assert LockRank.REGIONS.leave();
        }
    }

    private synchronized boolean take(int first, int count, int owner) {
        int end = first + count;
        if (available.firstAbsentFrom(first) < end || !mayAcquire(count)) {
            return false;
        }
        int region = first;
        int firstNew = NONE;
        int newRegions = 0;
        try {
            while (region < end) {
                int committed = region;
                while (committed < end && !retained.contains(committed)) {
                    committed++;
                }
                if (committed > region) {
                    commit(region, committed - region);
                    firstNew = newRegions == 0 ? region : firstNew;
                    newRegions += committed - region;
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
            counted();
            tellCommitted(firstNew, newRegions, NOBODY);
            throw e;
        }
        for (region = first; region < end; region++) {
            retained.remove(region);
            available.remove(region);
            owners[region] = (short) owner;
            if (region == releasing) {
                releasing = NONE;
            }
        }
        counted();
        tellCommitted(firstNew, newRegions, owner);
        return true;
    }

    private void tellCommitted(int first, int count, int owner) {
        if (count > 0) {
            listener.committed(first, count, owner);
        }
    }

    private synchronized void commit(int first, int count) {
        int unwritable = first;
        while (shared && unwritable < first + count && writable.contains(unwritable)) {
            unwritable++;
        }
        if (!shared || unwritable < first + count) {
            makeWritable(first, count);
        }
        committedRegions += count;
        if (hugePages) {
            os.adviseHugePages(geometry.regionStart(first), count * geometry.regionBytes());
            // The first write to a huge page makes its neighbours resident.
            for (int region = first; region < first + count; region++) {
                soiled.add(region);
            }
        }
    }

    private void makeWritable(int first, int count) {
        os.commit(geometry.regionStart(first), count * geometry.regionBytes());
        try {
            for (int table = 0; table < tables; table++) {
                os.commit(slice(table, first), count * sliceBytes);
            }
        } catch (OsException e) {
            if (!shared) {
                releaseAfter(e, first, count);
            }
            throw e;
        }
        for (int region = first; shared && region < first + count; region++) {
            writable.add(region);
        }
    }

    private void releaseAfter(OsException refusal, int first, int count) {
        try {
            os.release(geometry.regionStart(first), count * geometry.regionBytes());
        } catch (OsException second) {
            refusal.addSuppressed(second);
        }
    }

    private void giveBackPages(long address, long bytes) {
        if (shared) {
            os.purge(address, bytes);
        } else {
            os.release(address, bytes);
        }
    }

    /** Takes regions out of use that hold no block and no start any more. They stay committed. */
    synchronized void giveBack(int first, int count) {
        assert LockRank.REGIONS.mayEnter();
        for (int region = first; region < first + count; region++) {
            available.add(region);
            retained.add(region);
            soiled.add(region);
            owners[region] = NOBODY;
        }
        counted();
    }

    /**
     * Returns retained regions to the operating system, the highest first, until no more than so many are left. Others may acquire regions meanwhile.
     *
     * @return bytes given back
     * @throws OsException if the operating system refuses; what was given back until then is
     */
    public long release(int keep) {
        long released = 0;
        for (long bytes; (bytes = releaseNext(keep)) >= 0;) {
            released += bytes;
        }
        return released;
    }

    /**
     * Does a bounded part of that: until its last piece is done, the region stays retained, and whoever acquires it ends the release.
     *
     * @return bytes given back, 0 if a region is not done yet, or {@link #NONE} if no more than so many regions are retained
     * @throws OsException if the operating system refuses; the next call tries again
     */
    public synchronized long releaseNext(int keep) {
        assert LockRank.REGIONS.enter();
        try {
            return releasePiece(keep);
        } finally {
            assert LockRank.REGIONS.leave();
        }
    }

    private synchronized long releasePiece(int keep) {
        if (retained.count() <= keep) {
            return NONE;
        }
        if (releasing == NONE) {
            releasing = retained.last();
            releasedBytes = 0;
        }
        if (releasedBytes < geometry.regionBytes()) {
            // A sole owner's is mapped anew as a whole: in pieces it would be many mappings for a while.
            long piece = shared ? Math.min(PIECE_BYTES, geometry.regionBytes()) : geometry.regionBytes();
            giveBackPages(geometry.regionStart(releasing) + releasedBytes, piece);
            releasedBytes += piece;
            if (shared && releasedBytes < geometry.regionBytes()) {
                return 0;
            }
        }
        int region = releasing;
        releasing = NONE;
        committedRegions--;
        retained.remove(region);
        soiled.remove(region);
        counted();
        listener.released(region);
        // If this is refused the slice stays as it is: no harm, as no block and no slab is in it.
        for (int table = 0; table < tables; table++) {
            giveBackPages(slice(table, region), sliceBytes);
        }
        return committedBytesEach();
    }

    private void counted() {
        retainedRegions = retained.count();
        availableRegions = available.count();
    }

    /** Units of the span whose header lies in this region, or 0. Changed and read under the lock of the region's owner. */
    long spanUnits(int region) {
        return spanUnits[region];
    }

    void setSpanUnits(int region, long units) {
        spanUnits[region] = units;
    }

    /**
     * Checks that no block begins where nobody has a region in use.
     *
     * @return the first start there, or 0
     */
    public synchronized long strayStart(BlockStarts starts) {
        assert LockRank.REGIONS.mayEnter();
        for (int region = available.firstFrom(0); region != NONE; region = available.firstFrom(region + 1)) {
            long stray = starts.firstIn(geometry.regionStart(region), geometry.regionEnd(region));
            if (stray != 0) {
                return stray;
            }
        }
        return 0;
    }

    private long slice(int table, int region) {
        long tableBytes = geometry.byteSize() / BlockStarts.BYTES_PER_TABLE_BYTE;
        return tablesAddress + table * tableBytes + region * sliceBytes;
    }
}
