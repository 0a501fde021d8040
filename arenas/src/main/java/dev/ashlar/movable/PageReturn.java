package dev.ashlar.movable;

import dev.ashlar.OsException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.OsMemory;
import dev.ashlar.region.BlockCarver;
import dev.ashlar.region.BlockSpace;

/**
 * Gives whole pages of free memory back to the operating system. While that is done the blocks are held, a few at a time, and not the lock: giving pages
 * back takes time in proportion to them.
 */
final class PageReturn {
    private static final int BATCH = 64;
    private static final int STEP = 16;

    private final Slices slices;
    private final Geometry geometry;
    private final OsMemory os;
    private final long[] blocks = new long[BATCH];
    private final int[] units = new int[BATCH];
    private final boolean[] clean = new boolean[BATCH];
    private int count;
    private long purgedBytes;
    private long failures;

    PageReturn(Slices slices, Geometry geometry, OsMemory os) {
        this.slices = slices;
        this.geometry = geometry;
        this.os = os;
    }

    /** The pages of free blocks in a region, if it is in use. */
    void ofFreeBlocks(int region) {
        if (!os.returnsPages()) {
            return;
        }
        long end = geometry.regionEnd(region);
        for (long at = geometry.regionStart(region); at < end;) {
            long from = at;
            try {
                at = slices.run(space -> hold(space, region, from));
                for (int i = 0; i < count; i++) {
                    long bytes = purge(firstPage(blocks[i]), endOfPages(blocks[i], units[i]));
                    clean[i] = bytes >= 0;
                    purgedBytes += Math.max(0, bytes);
                }
            } finally {
                while (count > 0) {
                    slices.run(this::putBack);
                }
            }
        }
    }

    private long hold(BlockSpace space, int region, long from) {
        long end = geometry.regionEnd(region);
        if (!space.table().isInUse(region)) {
            return end;
        }
        long block = space.starts().firstIn(from, end);
        while (block != 0 && block < end && count < BATCH) {
            for (int i = 0; i < STEP && block < end && count < BATCH; i++) {
                int word = space.headers().word(block);
                long next = BlockCarver.behind(block, space.unitsOf(block, word));
                if (Headers.state(word) == BlockLayout.FREE
                        && firstPage(block) < endOfPages(block, Headers.units(word))) {
                    blocks[count] = block;
                    units[count] = Headers.units(word);
                    clean[count] = false;
                    space.held().holdFree(block, units[count]);
                    count++;
                }
                block = next;
            }
            if (slices.isOver()) {
                break;
            }
        }
        return block == 0 ? end : block;
    }

    private long putBack(BlockSpace space) {
        while (count > 0) {
            count--;
            if (clean[count]) {
                space.held().putBackClean(blocks[count]);
            } else {
                space.held().putBack(blocks[count]);
            }
            if (slices.isOver()) {
                break;
            }
        }
        return 0;
    }

    /** The pages of a region that is one held block, but for those with its header and the region's end. */
    void ofHeldRegion(int region) {
        if (os.returnsPages()) {
            int page = os.pageSizeBytes();
            purge(geometry.regionStart(region) + page, geometry.regionEnd(region) - page);
        }
    }

    /** Gives pages back: how many bytes were resident, or -1 if they still are. */
    private long purge(long from, long to) {
        try {
            long resident = from < to ? os.residentBytes(from, to - from) : 0;
            if (resident == 0) {
                return 0;
            }
            os.purge(from, to - from);
            return resident < 0 ? to - from : resident;
        } catch (OsException e) {
            // They stay, and stay usable; a later pass tries again.
            failures++;
            return -1;
        }
    }

    /** Whether pages can be given back at all. */
    boolean isPossible() {
        return os.returnsPages();
    }

    /** Bytes of a free block that are no whole pages: they stay resident. */
    long bytesThatStay(long block, long ofUnits) {
        long pages = endOfPages(block, ofUnits) - firstPage(block);
        return (ofUnits << BlockLayout.UNIT_SHIFT) - Math.max(0, pages);
    }

    private long firstPage(long block) {
        long page = os.pageSizeBytes();
        return (block + BlockLayout.TREE_LINK_BYTES + page - 1) & -page;
    }

    private long endOfPages(long block, long ofUnits) {
        return (block + BlockLayout.payloadBytes(ofUnits)) & -os.pageSizeBytes();
    }

    long purgedBytes() {
        return purgedBytes;
    }

    long failures() {
        return failures;
    }
}
