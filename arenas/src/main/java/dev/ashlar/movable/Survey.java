package dev.ashlar.movable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.ashlar.block.BackReference;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.movable.HandleTable.Standing;
import dev.ashlar.region.BlockCarver;
import dev.ashlar.region.BlockSpace;

/**
 * Walks the regions before a pass, and chooses those that it will empty: the emptiest first, for as long as what they hold fits into what is free in all
 * others. Left out are regions with a pinned block, and those that a span reaches into: neither can become empty.
 *
 * <p>O(blocks), in slices. Others allocate and free meanwhile, so what is chosen is a guess, and a good one.
 */
final class Survey {
    private static final int STEP = 16;

    /** Gaps are filled if they keep a 32nd of what is live resident. */
    private static final int WORTH_PACKING = 32;

    private final Slices slices;
    private final HandleTable table;
    private final Geometry geometry;
    private final PageReturn pages;
    private final List<Found> candidates = new ArrayList<>();
    private long liveBytes;
    private long freeBytes;
    private long scatteredBytes;
    private long pinnedBlocks;
    private int pinnedRegions;

    /** What a region holds, in bytes with headers. */
    private static final class Found {
        final int region;
        long liveBytes;
        long liveBlocks;
        long freeBytes;
        long scatteredBytes;
        boolean pinned;
        boolean spanned;

        Found(int region) {
            this.region = region;
        }
    }

    Survey(Slices slices, HandleTable table, Geometry geometry, PageReturn pages) {
        this.slices = slices;
        this.table = table;
        this.geometry = geometry;
        this.pages = pages;
    }

    /** Looks at all regions. */
    void walk() {
        int region = 0;
        while (region < geometry.regionCount()) {
            int from = region;
            region = (int) slices.run(space -> space.table().firstInUse(from));
            if (region < geometry.regionCount()) {
                look(new Found(region));
                region++;
            }
        }
    }

    private void look(Found found) {
        long end = geometry.regionEnd(found.region);
        for (long at = geometry.regionStart(found.region); at < end;) {
            long from = at;
            at = slices.run(space -> walk(space, found, from));
        }
        liveBytes += found.liveBytes;
        freeBytes += found.freeBytes;
        scatteredBytes += found.scatteredBytes;
        pinnedRegions += found.pinned ? 1 : 0;
        if (!found.pinned && !found.spanned) {
            candidates.add(found);
        }
    }

    /** Adds up some blocks; returns where the next begins, or the region's end. */
    private long walk(BlockSpace space, Found found, long from) {
        long end = geometry.regionEnd(found.region);
        if (!space.table().isInUse(found.region)) {
            found.spanned = true;
            return end;
        }
        // What was a block's beginning when the lock was given up may have become the middle of another.
        long block = space.starts().firstIn(from, end);
        if (from == geometry.regionStart(found.region)) {
            found.spanned = block != geometry.firstBlock(found.region);
        }
        while (block != 0 && block < end) {
            for (int i = 0; i < STEP && block < end; i++) {
                block = add(space, found, block);
            }
            if (slices.isOver()) {
                break;
            }
        }
        return block == 0 ? end : block;
    }

    private long add(BlockSpace space, Found found, long block) {
        int word = space.headers().word(block);
        long units = space.unitsOf(block, word);
        switch (Headers.state(word)) {
            case BlockLayout.FREE -> {
                found.freeBytes += units << BlockLayout.UNIT_SHIFT;
                found.scatteredBytes += pages.bytesThatStay(block, units);
            }
            case BlockLayout.LIVE -> {
                found.liveBytes += units << BlockLayout.UNIT_SHIFT;
                found.liveBlocks++;
                found.spanned |= Headers.units(word) == BlockLayout.SPAN_UNITS;
                if (table.standing(BackReference.read(block, units), block) == Standing.PINNED) {
                    found.pinned = true;
                    pinnedBlocks++;
                }
            }
            // Withheld: the region stays, for the sake of whoever looks into the damage.
            default -> found.spanned = true;
        }
        return BlockCarver.behind(block, units);
    }

    /**
     * The regions to empty, the emptiest first.
     *
     * @param maxBytes that may be moved
     * @param maxMoves blocks that may be moved
     */
    int[] choose(long maxBytes, long maxMoves) {
        candidates.sort(Comparator.comparingLong(found -> found.liveBytes));
        List<Integer> chosen = new ArrayList<>();
        long room = freeBytes;
        long bytes = 0;
        long moves = 0;
        for (Found next : candidates) {
            room -= next.freeBytes;
            bytes += next.liveBytes;
            moves += next.liveBlocks;
            if (bytes > room || bytes > maxBytes || moves > maxMoves) {
                break;
            }
            chosen.add(next.region);
        }
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether there is a region that could be emptied if the limits were none. */
    boolean couldDoMore(int chosen) {
        return choose(Long.MAX_VALUE, Long.MAX_VALUE).length > chosen;
    }

    /**
     * The region whose end to empty, so that the gaps between blocks are filled: the emptiest that can be emptied at all. -1 if what the gaps keep
     * resident is not worth it, or there is no such region.
     */
    int regionToPack() {
        if (scatteredBytes * WORTH_PACKING < liveBytes) {
            return -1;
        }
        return candidates.stream()
                .filter(found -> found.liveBlocks > 0)
                .min(Comparator.comparingLong(found -> found.liveBytes))
                .map(found -> found.region)
                .orElse(-1);
    }

    /** Bytes of all free blocks. */
    long freeBytes() {
        return freeBytes;
    }

    long pinnedBlocks() {
        return pinnedBlocks;
    }

    int pinnedRegions() {
        return pinnedRegions;
    }
}
