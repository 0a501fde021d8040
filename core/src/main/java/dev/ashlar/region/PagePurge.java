package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.Headers;
import dev.ashlar.os.OsMemory;

import static dev.ashlar.block.BlockLayout.FREE;

/**
 * Gives the dirty pages inside one owner's free blocks back to the operating system, a run of 64 at most at a time, from the lowest region on.
 *
 * <pre>{@code
 *     hold       under the lock     finds the next run; the free block that has it leaves its list
 *     giveBack   without it         the system is asked, which takes long
 *     putBack    under the lock     the run is clean; the block merges with its neighbours, and is free again
 * }</pre>
 *
 * <p>A purge takes as long as thousands of allocations, most of it in other cores' acknowledging that they have forgotten the pages. So nobody waits for it but
 * a request that would find room in that very block, and nowhere else; jemalloc drops its lock there, too. Used by one thread, and one at a time for each owner.
 */
public final class PagePurge {
    /** So many regions are looked at in one step, under a lock. */
    private static final int REGIONS_A_STEP = 64;

    private final BlockSpace space;
    private final DirtyPages dirty;
    private final RegionTable table;
    private final OsMemory os;
    private final int leastAgeMillis;
    private int region;
    private int page;
    private long pagesLeft;
    private long bytes;
    private long purges;

    /** The run: pages {@code [from, to)} of {@link #region}. */
    private boolean holding;
    private int from;
    private int to;
    private boolean clean;
    private long lastBlock;

    /**
     * Before the first page.
     *
     * @param space whose blocks it is about
     * @param dirty its pages
     * @param pages to purge at most
     * @param leastAgeMillis that pages must have been dirty for; 0 for all
     */
    public PagePurge(BlockSpace space, DirtyPages dirty, long pages, int leastAgeMillis) {
        this.space = space;
        this.dirty = dirty;
        this.leastAgeMillis = leastAgeMillis;
        pagesLeft = pages;
        table = space.table();
        os = space.os();
    }

    /**
     * Holds the next run of dirty pages, or looks for it in some regions.
     *
     * @return false if no region is left
     * @throws HeapCorruptionException if the block that has the pages is damaged; nothing is held then
     */
    public boolean hold() {
        assert !holding : "held pages have not been put back";
        int regions = space.geometry().regionCount();
        for (int i = 0; i < REGIONS_A_STEP && pagesLeft > 0 && region < regions; i++) {
            int next = table.isInUse(region) ? dirty.nextDirty(region, page, leastAgeMillis) : -1;
            if (next >= 0) {
                hold(next);
                return true;
            }
            page = 0;
            region++;
        }
        return pagesLeft > 0 && region < regions;
    }

    private void hold(int first) {
        from = first;
        to = first + (int) Math.min(pagesLeft, dirty.runFrom(region, first));
        page = to;
        long address = dirty.addressOf(region, from);
        long block = blockAround(address);
        int word = block == 0 ? 0 : space.headers().word(block);
        if (Headers.state(word) != FREE
                || BlockCarver.behind(block, Headers.units(word)) < dirty.addressOf(region, to)) {
            throw new HeapCorruptionException(
                    address,
                    "page 0x%x is marked as a free block's; found 0x%08x at 0x%x (expected: a free block that has it)"
                            .formatted(address, word, block));
        }
        space.held().holdPages(block, Headers.units(word));
        lastBlock = block;
        clean = false;
        holding = true;
    }

    /** The block that an address lies in: often the same as the last time, whose start may be far. */
    private long blockAround(long address) {
        if (lastBlock != 0
                && space.geometry().regionOf(lastBlock) == region
                && space.starts().isStart(lastBlock)
                && BlockCarver.behind(lastBlock, Headers.units(space.headers().word(lastBlock))) > address) {
            return lastBlock;
        }
        return space.starts().lastIn(space.geometry().regionStart(region), address);
    }

    /** Whether pages are held. */
    public boolean isHolding() {
        return holding;
    }

    /**
     * Gives the held pages back; without the lock.
     *
     * @throws dev.ashlar.OsException if the operating system refuses; the pages stay dirty, and the next call of {@link #hold} goes on behind them
     */
    public void giveBack() {
        long address = dirty.addressOf(region, from);
        long length = dirty.addressOf(region, to) - address;
        long resident = os.residentBytes(address, length);
        if (resident != 0) {
            os.purge(address, length);
            purges++;
            bytes += resident < 0 ? length : resident;
        }
        pagesLeft -= to - from;
        clean = true;
    }

    /**
     * Makes the block that is held free again, and its pages clean if they were given back.
     *
     * @throws HeapCorruptionException if something next to the block is damaged
     */
    public void putBack() {
        holding = false;
        if (clean) {
            // Before the block may leave with its region, which another owner may have at once.
            dirty.purged(region, from, to);
        }
        space.held().putBackPages();
    }

    /** Pages that may still be purged. */
    public long pagesLeft() {
        return pagesLeft;
    }

    /** Bytes that were resident in the pages purged, as far as the operating system says; else the bytes of those pages. */
    public long bytes() {
        return bytes;
    }

    /** How often the operating system was asked to. */
    public long purges() {
        return purges;
    }
}
