package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.fit.FreeBlocks;
import org.jspecify.annotations.Nullable;

import static dev.ashlar.block.BlockLayout.FREE;
import static dev.ashlar.block.BlockLayout.LIVE;
import static dev.ashlar.block.BlockLayout.MIN_UNITS;
import static dev.ashlar.block.BlockLayout.SENTINEL;
import static dev.ashlar.block.BlockLayout.UNIT_SHIFT;
import static dev.ashlar.block.BlockLayout.WITHHELD;

/**
 * Carves blocks out of free blocks, and merges them again.
 *
 * <p>Two free blocks are never neighbours: whatever becomes free merges at once with the block before, which the boundary tag
 * finds, and the block behind. The four cases, where F is free, L is not, and * is the block that is freed:
 *
 * <pre>{@code
 *     L * L   ->  L F L       it gets a list of its own
 *     L * F   ->  L F---      the one behind leaves its list, both go to a new one
 *     F * L   ->  F--- L      the same with the one before
 *     F * F   ->  F-----      both leave their lists
 * }</pre>
 *
 * <p>A block that comes to fill its region takes the region out of use. Everything is checked before anything is written: both
 * headers, the boundary tag, the links of both neighbours. All operations are O(1) but for the policy's search.
 */
public final class BlockCarver {
    private final Geometry geometry;
    private final Headers headers;
    private final BlockStarts starts;
    private final FreeBlocks free;
    private final RegionTable table;
    private final BlockLedger ledger;
    private final @Nullable DirtyPages pages;

    /** A carver over the given parts of one heap. */
    public BlockCarver(
            Geometry geometry,
            Headers headers,
            BlockStarts starts,
            FreeBlocks free,
            RegionTable table,
            BlockLedger ledger) {
        this.geometry = geometry;
        this.headers = headers;
        this.starts = starts;
        this.free = free;
        this.table = table;
        this.ledger = ledger;
        pages = table.dirtyPages();
    }

    /** The payload address that follows a block of so many units. */
    public static long behind(long block, long units) {
        return block + (units << UNIT_SHIFT);
    }

    /**
     * Carves a live block of {@code units}, or of one unit more where the rest would be no block, from the free block that the
     * policy chooses.
     *
     * @return its payload address, or 0 if no free block is large enough
     */
    public long carve(int units) {
        long block = free.take(units);
        if (block != 0) {
            int found = Headers.units(headers.rawWord(block));
            if (pages != null) {
                pages.carved(block, found, 0, units);
            }
            place(block, found, units);
        }
        return block;
    }

    /**
     * Carves a live block whose address is a multiple of {@code alignment}. What lies before and behind it stays free.
     *
     * @param alignment a power of two, more than 16
     * @return its payload address, or 0 if no free block surely has such a place
     */
    public long carveAligned(int units, long alignment) {
        // By luck, the block that the policy would choose has a place; else one that has a place wherever it lies.
        long block = free.find(units);
        if (block == 0 || !fitsAligned(block, units, alignment)) {
            long wanted = units + (alignment >>> UNIT_SHIFT) + 1;
            block = wanted > geometry.regionUnits() ? 0 : free.find((int) wanted);
            if (block == 0) {
                return 0;
            }
        }
        free.takeOut(block, units);
        return placeAligned(block, Headers.units(headers.rawWord(block)), units, alignment);
    }

    /** Makes a part of a block that is in no list live, and what lies before and behind it free. */
    private long placeAligned(long block, int found, int units, long alignment) {
        long aligned = alignedIn(block, alignment);
        int lead = (int) ((aligned - block) >>> UNIT_SHIFT);
        if (pages != null) {
            pages.carved(block, found, lead, units);
        }
        if (lead != 0) {
            starts.set(aligned);
            headers.setPreviousFreeUnits(aligned, lead);
            headers.set(block, lead, FREE);
        }
        place(aligned, found - lead, units);
        if (lead != 0) {
            insert(block, lead);
        }
        return aligned;
    }

    private boolean fitsAligned(long block, int units, long alignment) {
        long lead = (alignedIn(block, alignment) - block) >>> UNIT_SHIFT;
        return lead + units <= Headers.units(headers.word(block));
    }

    /** The first aligned address in a block that leaves room for a free block before it, or for nothing. */
    static long alignedIn(long block, long alignment) {
        long aligned = (block + alignment - 1) & -alignment;
        return aligned - block == 1L << UNIT_SHIFT ? aligned + alignment : aligned;
    }

    /** Makes the front of a block that is in no list live, and the rest of it free. */
    private void place(long block, int found, int units) {
        int rest = found - units;
        if (rest < MIN_UNITS) {
            headers.setPreviousFreeUnits(behind(block, found), 0);
            headers.set(block, found, LIVE);
            ledger.liveAdded(found);
            return;
        }
        headers.set(block, units, LIVE);
        ledger.liveAdded(units);
        try {
            splitOff(behind(block, units), rest);
        } catch (HeapCorruptionException e) {
            withholdLive(block, units);
            throw e;
        }
    }

    /** Makes a block of its own out of units that belonged to the live block before; what follows them is not free. */
    void splitOff(long block, int units) {
        headers.setPreviousFreeUnits(block, 0);
        starts.set(block);
        makeFree(block, units);
    }

    void makeFree(long block, int units) {
        headers.set(block, units, FREE);
        headers.setPreviousFreeUnits(behind(block, units), units);
        insert(block, units);
    }

    /** Puts a free block into its list. If the list is damaged, nobody will find the block there: it is withheld, not lost. */
    private void insert(long block, int units) {
        try {
            free.insert(block, units);
        } catch (HeapCorruptionException e) {
            headers.setPreviousFreeUnits(behind(block, units), 0);
            if (pages != null) {
                pages.forget(block, units);
            }
            withhold(block, units);
            throw e;
        }
    }

    /** Takes a live block out of circulation for good. */
    public void withholdLive(long block, int units) {
        ledger.liveRemoved(units);
        withhold(block, units);
    }

    private void withhold(long block, int units) {
        headers.set(block, units, WITHHELD);
        ledger.withheld(units);
    }

    /**
     * Checks all that freeing a live block will follow.
     *
     * @param end payload address of the block behind it
     * @throws HeapCorruptionException if a neighbour's header, the boundary tag or a link is damaged
     */
    void checkNeighbours(long block, long end) {
        checkedPreviousUnits(block);
        checkedNextUnits(end);
    }

    /**
     * Frees a live block within one region, merging it with its free neighbours.
     *
     * @param units of the block, which its header has been checked to say
     * @throws HeapCorruptionException if a neighbour's header, the boundary tag or a link is damaged; nothing has changed then
     */
    public void free(long block, int units) {
        int previousUnits = checkedPreviousUnits(block);
        int nextUnits = checkedNextUnits(behind(block, units));
        ledger.liveRemoved(units);
        merge(block, units, previousUnits, nextUnits);
    }

    /** The same for one that counts as live while its pages count as a free block's: they stay as they are. */
    void freeHeld(long block, int units) {
        int previousUnits = checkedPreviousUnits(block);
        int nextUnits = checkedNextUnits(behind(block, units));
        ledger.liveRemoved(units);
        merge(block, units, previousUnits, nextUnits, true);
    }

    /** Makes free, and merges, a block whose neighbours have been checked just now and have so many free units. */
    void merge(long block, int units, int previousUnits, int nextUnits) {
        merge(block, units, previousUnits, nextUnits, false);
    }

    private void merge(long block, int units, int previousUnits, int nextUnits, boolean wasHeld) {
        long start = block;
        if (nextUnits != 0) {
            absorb(behind(block, units), nextUnits);
        }
        if (previousUnits != 0) {
            start = before(block, previousUnits);
            free.remove(start, previousUnits);
            swallow(block);
        }
        int merged = previousUnits + units + nextUnits;
        if (merged == geometry.regionUnits() && isEnded(geometry.regionOf(start))) {
            retire(start);
        } else {
            if (pages != null && wasHeld) {
                pages.rejoined(block, units, previousUnits, nextUnits);
            } else if (pages != null) {
                pages.merged(start, merged, previousUnits, nextUnits);
            }
            makeFree(start, merged);
        }
    }

    /**
     * Units of the free block behind, or 0 if the block there is not free.
     *
     * @throws HeapCorruptionException if its header or its links are damaged
     */
    int checkedNextUnits(long next) {
        int word = headers.word(next);
        if (Headers.state(word) != FREE) {
            return 0;
        }
        free.check(next, Headers.units(word));
        return Headers.units(word);
    }

    /**
     * Units of the free block before, or 0 if the block there is not free.
     *
     * @throws HeapCorruptionException if the boundary tag, that block's header, or its links are damaged
     */
    int checkedPreviousUnits(long block) {
        int units = headers.previousFreeUnits(block);
        if (units != 0) {
            checkPrevious(block, units);
            free.check(before(block, units), units);
        }
        return units;
    }

    private static long before(long block, int units) {
        return block - ((long) units << UNIT_SHIFT);
    }

    /** The block before must be there, free, of the size that the boundary tag says, and inside the same region. */
    private void checkPrevious(long block, int units) {
        long previous = before(block, units);
        int word = previous >= geometry.firstBlock(geometry.regionOf(block)) ? headers.word(previous) : 0;
        if (Headers.state(word) != FREE || Headers.units(word) != units) {
            throw new HeapCorruptionException(
                    block,
                    "block %s: word A says that the block before is free and has %d units; found 0x%08x at %s (expected: that)"
                            .formatted(geometry.describe(block), units, word, geometry.describe(previous)));
        }
    }

    /** Removes a free block, checked just now, that becomes a part of the block before it. */
    void absorb(long block, int units) {
        free.remove(block, units);
        swallow(block);
    }

    private void swallow(long block) {
        Headers.erase(block);
        starts.clear(block);
    }

    /** Whether a sentinel ends the region, and not the header of a span whose payload begins with the next one. */
    boolean isEnded(int region) {
        return Headers.state(headers.word(geometry.regionEnd(region))) == SENTINEL;
    }

    /** Takes a region out of use whose only block is free, and in no list. */
    private void retire(long block) {
        int region = geometry.regionOf(block);
        swallow(block);
        Headers.erase(geometry.regionEnd(region));
        leave(region, 1);
    }

    /** Takes a region out of use if the free block that ends at {@code end} is all that it has. */
    void retireIfWhole(long end, int units) {
        if (units == geometry.regionUnits()) {
            free.remove(before(end, units), units);
            retire(before(end, units));
        }
    }

    /** Takes regions out of use in which no block begins. */
    void leave(int first, int count) {
        for (int region = first; region < first + count; region++) {
            free.regionEmptied(region);
            if (pages != null) {
                pages.regionLeft(region);
            }
        }
        table.giveBack(first, count);
    }

    /** Writes the header that ends a region, behind a block of which so many units are free. */
    void endRegion(int region, int previousUnits) {
        long sentinel = geometry.regionEnd(region);
        headers.set(sentinel, 0, SENTINEL);
        headers.setPreviousFreeUnits(sentinel, previousUnits);
    }

    /** The pages of a block that is free no more, or purged, are not dirty. If its region has gone, others may have it already. */
    void forgetPages(long block, int units) {
        if (pages != null && table.isInUse(geometry.regionOf(block))) {
            pages.forget(block, units);
        }
    }

    /** Makes the pages of a free block dirty if its region was in use before and is committed since. */
    void noteSoiled(int region, long block, int units) {
        if (pages != null && table.isSoiled(region)) {
            pages.dirtied(block, units);
        }
    }

    /** A free block, if it is one, became another one that ends where it did. */
    void noteMoved(long before, int beforeUnits, long after, int afterUnits) {
        if (pages != null) {
            pages.moved(before, beforeUnits, after, afterUnits);
        }
    }

    /**
     * Takes an available region into use, and carves a live block out of it.
     *
     * @param units that fit into the region with any lead that the alignment can take
     * @return its payload address, or 0 if another owner has taken the region
     * @throws dev.ashlar.OsException if the operating system refuses to commit the region; nothing has changed then
     */
    public long carveFrom(int region, int units, long alignment) {
        if (!table.acquire(region, 1)) {
            return 0;
        }
        endRegion(region, 0);
        long block = geometry.firstBlock(region);
        headers.setPreviousFreeUnits(block, 0);
        starts.set(block);
        noteSoiled(region, block, geometry.regionUnits());
        return placeAligned(block, geometry.regionUnits(), units, alignment);
    }

    /**
     * Changes the size of a live block within one region where it stands.
     *
     * @param units that its header says
     * @param wanted at least {@link dev.ashlar.block.BlockLayout#MIN_UNITS}
     * @return whether it has the wanted size now; if not, nothing has changed
     */
    public boolean resize(long block, int units, int wanted) {
        long next = behind(block, units);
        int nextUnits = checkedNextUnits(next);
        if (wanted > units + nextUnits) {
            return false;
        }
        if (nextUnits == 0 && units - wanted < MIN_UNITS) {
            return true;
        }
        if (nextUnits != 0) {
            absorb(next, nextUnits);
        }
        int rest = units + nextUnits - wanted;
        int kept = rest < MIN_UNITS ? wanted + rest : wanted;
        headers.set(block, kept, LIVE);
        ledger.liveResized(kept - units);
        noteMoved(next, nextUnits, behind(block, kept), rest < MIN_UNITS ? 0 : rest);
        if (rest < MIN_UNITS) {
            headers.setPreviousFreeUnits(behind(block, kept), 0);
        } else {
            splitOff(behind(block, kept), rest);
        }
        return true;
    }
}
