package dev.ashlar.region;

import java.util.Objects;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import org.jspecify.annotations.Nullable;

/**
 * Which pages inside one owner's free blocks may be resident, and for how long they may have been.
 *
 * <p>A page is a free block's if it lies wholly behind the block's links and before its end: to purge it harms nothing. Such a page is
 * <i>dirty</i> from the moment when it becomes a free block's until it is purged or carved:
 *
 * <pre>{@code
 *     a free block     | hd links |    page    |    page    |    page    |    | next block
 *                                 ^ firstPage                            ^ endPage
 *     carve            its pages leave, those of the rest stay as they are
 *     merge            the pages between the neighbours' own become dirty
 *     purge            a dirty page becomes clean
 *
 *     hold             they stay as they are while the block is kept out of the free lists
 *
 *     dirty() == sum over free blocks, and those held by a {@link PagePurge}, of their dirty pages
 * }</pre>
 *
 * <p>So a carve or a merge touches one bit for each page that it makes live or free, 64 at a time, whatever the size of the free block around it. Blocks
 * without a whole page cost one comparison. Pages of a region that has just been committed are clean.
 *
 * <p>Ages are kept for 64 pages together: the moment when one of them last became dirty, by the clock that the owner sets now and then ({@link #setNow}),
 * so that nothing reads a clock at a free. They order the purges, the oldest first, as an LRU list of extents does in jemalloc.
 *
 * <p>Changed under the lock of the regions' owner. {@link #dirty()} and {@link #addAges} may be read without it: figures, perhaps old ones.
 */
public final class DirtyPages {
    private static final int WORD_SHIFT = 6;

    private final Geometry geometry;
    private final Bits bits;
    private final int pageShift;
    private final int pageUnits;
    private final int wordsEach;
    private int now;
    private long dirty;

    /** The bits of all regions, which go with a region from owner to owner; none are set while it is in use by nobody. */
    static final class Bits {
        final @Nullable OfRegion[] regions;

        Bits(int count) {
            regions = new OfRegion[count];
        }
    }

    /** One bit for each page of a region, one moment for 64 of them, and how many bits are set. */
    static final class OfRegion {
        final long[] words;
        final int[] stamps;
        int dirty;

        OfRegion(int count) {
            words = new long[count];
            stamps = new int[count];
        }
    }

    DirtyPages(Geometry geometry, Bits bits, int pageSizeBytes) {
        this.geometry = geometry;
        this.bits = bits;
        pageShift = Integer.numberOfTrailingZeros(pageSizeBytes);
        pageUnits = pageSizeBytes >>> BlockLayout.UNIT_SHIFT;
        wordsEach = (int) ((geometry.regionBytes() >>> pageShift) + Long.SIZE - 1) >>> WORD_SHIFT;
    }

    /** How many pages are dirty. */
    public long dirty() {
        return dirty;
    }

    /** log2 of the bytes of a page. */
    public int pageShift() {
        return pageShift;
    }

    /** Sets the moment that pages become dirty at from now on, in milliseconds of any origin; it may wrap around. */
    public void setNow(int millis) {
        now = millis;
    }

    // What happens to blocks

    /**
     * A part of a free block becomes live.
     *
     * @param block the free block that was
     * @param found its units
     * @param lead units before the live part, which stay free; or 0
     * @param units of the live part; what is behind it stays free if it is a block
     */
    void carved(long block, int found, int lead, int units) {
        if (found < pageUnits) {
            return;
        }
        int rest = found - lead - units;
        long behind = BlockCarver.behind(block, (long) lead + units);
        int region = geometry.regionOf(block);
        int from = hasPages(block, lead) ? endPage(block, lead) : firstPage(block);
        int to = rest >= BlockLayout.MIN_UNITS && hasPages(behind, rest) ? firstPage(behind) : endPage(block, found);
        clear(region, from, to);
    }

    /**
     * Blocks become one free block.
     *
     * @param block the merged one
     * @param units its units
     * @param previousUnits of the free block that it begins with, or 0
     * @param nextUnits of the free block that it ends with, or 0
     */
    void merged(long block, int units, int previousUnits, int nextUnits) {
        if (units < pageUnits) {
            return;
        }
        long next = BlockCarver.behind(block, (long) units - nextUnits);
        int from = hasPages(block, previousUnits) ? endPage(block, previousUnits) : firstPage(block);
        int to = hasPages(next, nextUnits) ? firstPage(next) : endPage(block, units);
        set(geometry.regionOf(block), from, to);
    }

    /**
     * A block that was held, with its own pages as they were, becomes a part of a free block again.
     *
     * @param block the held one
     * @param units its units
     * @param previousUnits of the free block before it, or 0
     * @param nextUnits of the free block behind it, or 0
     */
    void rejoined(long block, int units, int previousUnits, int nextUnits) {
        int merged = previousUnits + units + nextUnits;
        long start = BlockCarver.behind(block, -(long) previousUnits);
        if (!hasPages(block, units)) {
            merged(start, merged, previousUnits, nextUnits);
            return;
        }
        int region = geometry.regionOf(block);
        long next = BlockCarver.behind(block, units);
        if (previousUnits != 0) {
            int from = hasPages(start, previousUnits) ? endPage(start, previousUnits) : firstPage(start);
            set(region, from, firstPage(block));
        }
        if (nextUnits != 0) {
            int to = hasPages(next, nextUnits) ? firstPage(next) : endPage(start, merged);
            set(region, endPage(block, units), to);
        }
    }

    /**
     * The block behind a free block's front moved: a free block becomes another one that ends where it did.
     *
     * @param beforeUnits units of the one that was, or 0
     * @param afterUnits units of the one that is, or 0
     */
    void moved(long before, int beforeUnits, long after, int afterUnits) {
        boolean had = hasPages(before, beforeUnits);
        boolean has = hasPages(after, afterUnits);
        if (had && (!has || after > before)) {
            clear(
                    geometry.regionOf(before),
                    firstPage(before),
                    has ? firstPage(after) : endPage(before, beforeUnits));
        } else if (has) {
            set(geometry.regionOf(after), firstPage(after), had ? firstPage(before) : endPage(after, afterUnits));
        }
    }

    /** A free block, none of whose pages is known to be clean. */
    void dirtied(long block, int units) {
        if (hasPages(block, units)) {
            set(geometry.regionOf(block), firstPage(block), endPage(block, units));
        }
    }

    /** What was a free block is none any more, and not to be purged. */
    void forget(long block, int units) {
        if (hasPages(block, units)) {
            clear(geometry.regionOf(block), firstPage(block), endPage(block, units));
        }
    }

    /** A region goes out of use. */
    void regionLeft(int region) {
        OfRegion of = bits.regions[region];
        if (of != null && of.dirty != 0) {
            clear(region, 0, of.words.length << WORD_SHIFT);
        }
    }

    private boolean hasPages(long block, int units) {
        return units >= pageUnits && firstPage(block) < endPage(block, units);
    }

    private int firstPage(long block) {
        long offset = block + BlockLayout.TREE_LINK_BYTES - geometry.regionStart(geometry.regionOf(block));
        return (int) ((offset + (1L << pageShift) - 1) >>> pageShift);
    }

    private int endPage(long block, long units) {
        long offset =
                block + BlockLayout.payloadBytes(units) - geometry.regionStart(geometry.regionOf(block));
        return (int) (offset >>> pageShift);
    }

    private void set(int region, int from, int to) {
        if (from >= to) {
            return;
        }
        OfRegion of = bits.regions[region];
        if (of == null) {
            of = new OfRegion(wordsEach);
            bits.regions[region] = of;
        }
        int added = 0;
        for (int word = from >>> WORD_SHIFT; word <= (to - 1) >>> WORD_SHIFT; word++) {
            long mask = mask(word, from, to);
            added += Long.bitCount(mask & ~of.words[word]);
            of.words[word] |= mask;
            of.stamps[word] = now;
        }
        of.dirty += added;
        dirty += added;
    }

    private void clear(int region, int from, int to) {
        OfRegion of = bits.regions[region];
        if (of == null || from >= to) {
            return;
        }
        int removed = 0;
        for (int word = from >>> WORD_SHIFT; word <= (to - 1) >>> WORD_SHIFT; word++) {
            long mask = mask(word, from, to);
            removed += Long.bitCount(mask & of.words[word]);
            of.words[word] &= ~mask;
        }
        of.dirty -= removed;
        dirty -= removed;
    }

    /** The bits of a word that stand for pages from {@code from} to before {@code to}; there is one. */
    private static long mask(int word, int from, int to) {
        int first = word << WORD_SHIFT;
        long mask = -1L << Math.max(0, from - first);
        return to - first >= Long.SIZE ? mask : mask & ((1L << (to - first)) - 1);
    }

    // Purging

    /**
     * Adds up the dirty pages by age, without the owner's lock.
     *
     * @param ages gets the pages of age {@code i x millisEach} to before the next at index {@code i}; the last one all that are older
     * @param millisEach at least 1
     * @param table of the same owner
     */
    public void addAges(long[] ages, int millisEach, RegionTable table) {
        int last = ages.length - 1;
        for (int region = 0; region < geometry.regionCount(); region++) {
            OfRegion of = bits.regions[region];
            if (of == null || of.dirty == 0 || !table.isInUse(region)) {
                continue;
            }
            for (int word = 0; word < of.words.length; word++) {
                int pages = Long.bitCount(of.words[word]);
                if (pages != 0) {
                    ages[Math.min(last, Math.max(0, now - of.stamps[word]) / millisEach)] += pages;
                }
            }
        }
    }

    /** The first page of a region, from one on, that is dirty and has been for so long; or -1. */
    int nextDirty(int region, int fromPage, int leastAgeMillis) {
        OfRegion of = bits.regions[region];
        if (of == null || of.dirty == 0) {
            return -1;
        }
        long mask = -1L << fromPage;
        for (int word = fromPage >>> WORD_SHIFT; word < of.words.length; word++, mask = -1) {
            long left = of.words[word] & mask;
            if (left != 0 && now - of.stamps[word] >= leastAgeMillis) {
                return (word << WORD_SHIFT) + Long.numberOfTrailingZeros(left);
            }
        }
        return -1;
    }

    /** How many pages from a dirty one on are dirty, and have their moment in common: 64 at most. They are one free block's, as the next one's links are in a page between. */
    int runFrom(int region, int page) {
        OfRegion of = Objects.requireNonNull(bits.regions[region]);
        int shifted = Long.numberOfTrailingZeros(~(of.words[page >>> WORD_SHIFT] >>> page));
        return Math.min(shifted, Long.SIZE - (page & (Long.SIZE - 1)));
    }

    /** Pages that have been purged while their block was held. */
    void purged(int region, int from, int to) {
        clear(region, from, to);
    }

    // For walks

    /** The first byte of a free block, from one on, that lies in a page which is not dirty; the block's end if there is none. */
    long firstCleanFrom(long address, long block, int units) {
        long end = block + BlockLayout.payloadBytes(units);
        if (!hasPages(block, units)) {
            return end;
        }
        int region = geometry.regionOf(block);
        int page =
                nextPage(region, Math.max(firstPage(block), pageBehind(region, address)), endPage(block, units), false);
        return page == endPage(block, units) ? end : addressOf(region, page);
    }

    /** The first byte behind a clean one that lies in a dirty page, or in none that is wholly the block's. */
    long endOfClean(long address, long block, int units) {
        int region = geometry.regionOf(block);
        return addressOf(region, nextPage(region, pageBehind(region, address), endPage(block, units), true));
    }

    private int pageBehind(int region, long address) {
        return (int) ((address - geometry.regionStart(region) + (1L << pageShift) - 1) >>> pageShift);
    }

    long addressOf(int region, int page) {
        return geometry.regionStart(region) + ((long) page << pageShift);
    }

    /** The first page in {@code [from, to)} that is dirty, or is not; else {@code to}. */
    private int nextPage(int region, int from, int to, boolean wanted) {
        OfRegion of = bits.regions[region];
        if (of == null) {
            return wanted ? to : Math.min(from, to);
        }
        for (int page = from; page < to;) {
            long word = of.words[page >>> WORD_SHIFT];
            long left = (wanted ? word : ~word) >>> page;
            if (left != 0) {
                return Math.min(to, page + Long.numberOfTrailingZeros(left));
            }
            page = ((page >>> WORD_SHIFT) + 1) << WORD_SHIFT;
        }
        return to;
    }

    // For the validator

    /** How many pages of a free block are dirty. */
    long dirtyIn(long block, int units) {
        OfRegion of = bits.regions[geometry.regionOf(block)];
        if (of == null || !hasPages(block, units)) {
            return 0;
        }
        int from = firstPage(block);
        int to = endPage(block, units);
        long found = 0;
        for (int word = from >>> WORD_SHIFT; word <= (to - 1) >>> WORD_SHIFT; word++) {
            found += Long.bitCount(of.words[word] & mask(word, from, to));
        }
        return found;
    }

    /** How many pages of a region are dirty, counted anew. */
    long dirtyIn(int region) {
        OfRegion of = bits.regions[region];
        long found = 0;
        for (int word = 0; of != null && word < of.words.length; word++) {
            found += Long.bitCount(of.words[word]);
        }
        return found;
    }
}
