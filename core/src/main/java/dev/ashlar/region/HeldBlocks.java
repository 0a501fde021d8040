package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.fit.FreeBlocks;

import static dev.ashlar.block.BlockLayout.CACHED;
import static dev.ashlar.block.BlockLayout.FREE;
import static dev.ashlar.block.BlockLayout.LIVE;

/**
 * Free memory that is kept out of the free lists for a while: that of regions which are being emptied, so that nothing new is placed there, and blocks
 * whose pages are being given back.
 *
 * <p>A held block's header says CACHED, as a {@linkplain PendingBlocks pending} one's does: to its neighbours it looks as if it were in use, and it
 * counts as pending. It is in no list; who holds it finds it by a walk.
 *
 * <pre>{@code
 *     a region that is being emptied          frees in it become held blocks: it never merges, so a walk can stop at any
 *     +-----+------+-----+------+------+      block and go on from there later
 *     | LIV | held | LIV | held | held |
 *     +-----+------+-----+------+------+
 *
 *     one that is being put back              below `opened` it is as all regions are, from there on it is still held
 *     +------------+-----+------+------+
 *     | FREE       | LIV | held | held |
 *     +------------+-----+------+------+
 *                        ^ opened
 * }</pre>
 *
 * <p>Guarded by its owner's lock. Steps that go from block to block take a number of blocks, so that the lock can be given up in between.
 */
public final class HeldBlocks {
    private final Geometry geometry;
    private final Headers headers;
    private final BlockStarts starts;
    private final FreeBlocks free;
    private final BlockCarver carver;
    private final BlockLedger ledger;
    private final RegionBitmap regions;
    private int opening = RegionBitmap.NONE;
    private long opened;
    private long purging;
    private long count;

    HeldBlocks(
            Geometry geometry,
            Headers headers,
            BlockStarts starts,
            FreeBlocks free,
            BlockCarver carver,
            BlockLedger ledger) {
        this.geometry = geometry;
        this.headers = headers;
        this.starts = starts;
        this.free = free;
        this.carver = carver;
        this.ledger = ledger;
        regions = new RegionBitmap(geometry.regionCount());
    }

    /** How many blocks are held. */
    public long count() {
        return count;
    }

    /** The lowest region at or above {@code from} that is held, or {@link RegionTable#NONE}. */
    public int firstRegionFrom(int from) {
        return regions.firstFrom(from);
    }

    /** Whether a block that becomes free there is to be held. */
    private boolean covers(long block) {
        int region = geometry.regionOf(block);
        return regions.contains(region) && (region != opening || block >= opened);
    }

    /** Frees a live block: where memory is held it becomes a held one, elsewhere it merges. */
    public void free(long block, int units) {
        if (covers(block)) {
            hold(block, units);
        } else {
            carver.free(block, units);
        }
    }

    /** Holds a live block that nobody has any more. */
    public void hold(long block, int units) {
        headers.set(block, units, CACHED);
        ledger.cached(units);
        count++;
    }

    /**
     * Takes a free block out of its list, and holds it.
     *
     * @throws HeapCorruptionException if its links are damaged; nothing has changed then
     */
    public void holdFree(long block, int units) {
        takeOut(block, units);
        // A validation between two slices counts the dirty pages of free blocks, and this is none for now.
        carver.forgetPages(block, units);
        hold(block, units);
    }

    private void takeOut(long block, int units) {
        free.check(block, units);
        free.remove(block, units);
        headers.setPreviousFreeUnits(BlockCarver.behind(block, units), 0);
        ledger.liveAdded(units);
    }

    /**
     * Takes a free block out of its list while some of its pages are given back: they count as a free block's still. One at a time.
     *
     * @throws HeapCorruptionException if its links are damaged; nothing has changed then
     */
    void holdPages(long block, int units) {
        assert purging == 0 : "0x%x is held".formatted(purging);
        takeOut(block, units);
        hold(block, units);
        purging = block;
    }

    /**
     * Frees the block that is held for its pages.
     *
     * @throws HeapCorruptionException if something next to it is damaged; it is held still, as others are, unless it was withheld
     */
    void putBackPages() {
        long block = purging;
        int units = Headers.units(headers.word(block));
        purging = 0;
        putBack(block, units, true);
    }

    /** The block that is held for its pages, or 0. */
    long purging() {
        return purging;
    }

    /**
     * Frees a held block, merging it with its neighbours.
     *
     * @throws HeapCorruptionException if something next to it is damaged; it is held still, unless it was withheld
     */
    public void putBack(long block) {
        putBack(block, Headers.units(headers.word(block)), false);
    }

    private void putBack(long block, int units, boolean withPages) {
        headers.expect(block, units, CACHED);
        headers.set(block, units, LIVE);
        ledger.uncached(units);
        count--;
        try {
            if (withPages) {
                carver.freeHeld(block, units);
            } else {
                carver.free(block, units);
            }
        } catch (HeapCorruptionException e) {
            if (Headers.state(headers.rawWord(block)) == LIVE) {
                // Held for good, perhaps: its pages are no free block's.
                carver.forgetPages(block, units);
                hold(block, units);
            }
            throw e;
        }
    }

    /**
     * The same, for a block whose pages have been purged while it was held: those of its own are clean.
     *
     * @throws HeapCorruptionException if something next to it is damaged; it is held still, unless it was withheld
     */
    public void putBackClean(long block) {
        int units = Headers.units(headers.word(block));
        putBack(block);
        carver.forgetPages(block, units);
    }

    /** From now on nothing is placed in a region, once {@link #holdFrom} has passed all of it. */
    public void holdRegion(int region) {
        regions.add(region);
    }

    /**
     * From now on nothing is placed in a region behind a place, once {@link #holdFrom} has passed the rest of it. No other region may be in the middle of being put back.
     *
     * <pre>{@code
     *     +------------+-----+------+-----+
     *     | FREE       | LIV | held | LIV |     below `opened` it is as all regions are
     *     +------------+-----+------+-----+
     *                  ^ opened: the first block at or above `from`, held at once if it is free,
     *                            so that nothing before it ever merges with it
     * }</pre>
     *
     * @return where {@link #holdFrom} goes on; the region's end if nothing begins there: then nothing is held
     */
    public long holdTail(int region, long from) {
        assert opening == RegionBitmap.NONE : "region " + opening + " is being put back";
        long end = geometry.regionEnd(region);
        long block = starts.firstIn(from, end);
        if (block == 0 || block >= end) {
            return end;
        }
        regions.add(region);
        opening = region;
        opened = block;
        return holdFrom(region, block, 1);
    }

    /**
     * Holds the free ones among the next blocks of a held region.
     *
     * @param from where the last call stopped, or the region's first block
     * @param blocks at most
     * @return where it stopped; the region's end when it is through
     */
    public long holdFrom(int region, long from, int blocks) {
        long block = from;
        for (int i = 0; i < blocks && block != geometry.regionEnd(region); i++) {
            int word = headers.word(block);
            if (Headers.state(word) == FREE) {
                holdFree(block, Headers.units(word));
            }
            block = BlockCarver.behind(block, Headers.units(word));
        }
        return block;
    }

    /**
     * Makes one held block of the next ones of a region that has no others.
     *
     * @param from where the last call stopped; at first the region's first block
     * @param blocks at most
     * @return where it stopped; the region's end when it is through; 0 if it met a block that is not held
     */
    public long collapse(int region, long from, int blocks) {
        long first = geometry.firstBlock(region);
        long block = from == first ? BlockCarver.behind(first, heldUnits(first)) : from;
        if (block == first) {
            return 0;
        }
        int units = heldUnits(first);
        for (int i = 0; i < blocks && block != geometry.regionEnd(region); i++) {
            int more = heldUnits(block);
            if (more == 0) {
                headers.set(first, units, CACHED);
                return 0;
            }
            Headers.erase(block);
            starts.clear(block);
            ledger.cachedMerged();
            count--;
            units += more;
            block = BlockCarver.behind(block, more);
        }
        headers.set(first, units, CACHED);
        return block;
    }

    private int heldUnits(long block) {
        int word = headers.word(block);
        return Headers.state(word) == CACHED ? Headers.units(word) : 0;
    }

    /**
     * Frees the held ones among the next blocks of a held region. If they are all that it has, it goes out of use.
     *
     * @param from where the last call stopped, or the region's first block
     * @param blocks at most
     * @return where it stopped; the region's end when it is through, and no longer held
     */
    public long putBackFrom(int region, long from, int blocks) {
        long end = geometry.regionEnd(region);
        opening = region;
        opened = from;
        for (int i = 0; i < blocks && opened != end; i++) {
            long block = opened;
            int word = headers.word(block);
            long next = BlockCarver.behind(block, Headers.units(word));
            if (Headers.state(word) == CACHED) {
                putBack(block);
            }
            opened = next;
        }
        if (opened == end) {
            regions.remove(region);
            opening = RegionBitmap.NONE;
        }
        return opened;
    }

    /** Where putting back a held region that was left in the middle goes on. */
    public long openedIn(int region) {
        return region == opening ? opened : geometry.firstBlock(region);
    }
}
