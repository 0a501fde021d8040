package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.HeapStatistics;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import org.jspecify.annotations.Nullable;

import static dev.ashlar.block.BlockLayout.FREE;
import static dev.ashlar.block.BlockLayout.MIN_UNITS;
import static dev.ashlar.block.BlockLayout.SENTINEL;
import static dev.ashlar.block.BlockLayout.SPAN_UNITS;

/**
 * Recomputes everything about a space's blocks from a walk over memory, and compares it with lists, bitmaps and counters. O(blocks).
 *
 * <p>The line that it checks literally, in bytes: {@code live + pending + free + headers + overhead == committed}.
 */
public final class BlockValidator {
    private final BlockSpace space;
    private final Geometry geometry;
    private final Headers headers;
    private final BlockStarts starts;
    private final @Nullable DirtyPages pages;

    private long live;
    private long pending;
    private long free;
    private long withheld;
    private long liveBlocks;
    private long pendingBlocks;
    private long freeBlocks;
    private long withheldBlocks;
    private long edges;
    private long dirtyInFree;
    private long dirtyInRegions;

    private BlockValidator(BlockSpace space) {
        this.space = space;
        geometry = space.geometry();
        headers = space.headers();
        starts = space.starts();
        pages = space.dirtyPages();
    }

    /**
     * Validates a space.
     *
     * @throws HeapCorruptionException about the first block, in address order, that is not as it must be, or else about the first sum
     */
    public static void validate(BlockSpace space) {
        BlockValidator validator = new BlockValidator(space);
        validator.walk();
        validator.compareLists();
        validator.comparePages();
        validator.compareSums();
    }

    private void walk() {
        RegionTable table = space.table();
        for (int region = table.firstInUse(0); region < geometry.regionCount(); region = table.firstInUse(region + 1)) {
            int last = walkFrom(region);
            for (int i = region; pages != null && i <= last; i++) {
                dirtyInRegions += pages.dirtyIn(i);
            }
            region = last;
        }
        long stray = table.strayStart(starts);
        expect(stray == 0, stray, "marked as a start in a region that is not in use");
    }

    /** Walks from the first block of a region to the sentinel that ends it, or ends the regions joined to it; returns the last of them. */
    private int walkFrom(int region) {
        long block = geometry.firstBlock(region);
        int previousFree = 0;
        expect(!starts.isStart(geometry.regionStart(region)), block, "preceded by a start in the region's edge");
        while (true) {
            int word = headers.word(block);
            int found = headers.previousFreeUnits(block);
            expect(
                    found == previousFree,
                    block,
                    "told by word A that %d units before it are free (expected: %d)".formatted(found, previousFree));
            int last = geometry.regionOf(block);
            if (Headers.state(word) == SENTINEL && block == geometry.regionEnd(last)) {
                edges += BlockLayout.EDGE_BYTES;
                return last;
            }
            previousFree = visit(block, word, previousFree);
            block = BlockCarver.behind(block, space.unitsOf(block, word));
        }
    }

    /** Checks one block and adds it up; returns its units if it is free. */
    private int visit(long block, int word, int previousFree) {
        long units = space.unitsOf(block, word);
        long end = BlockCarver.behind(block, units);
        int head = geometry.regionOf(block);
        boolean span = Headers.units(word) == SPAN_UNITS;
        expect(units >= MIN_UNITS, block, "of %d units (expected: %d at least)".formatted(units, MIN_UNITS));
        expect(end <= geometry.base() + geometry.byteSize(), block, "longer than the heap");
        int last = geometry.regionOf(end);
        expect(span == last > head, block, "%s a span, ending in region %d".formatted(span ? "" : "not ", last));
        expect(starts.isStart(block), block, "not marked as a start");
        long stray = starts.firstIn(block + BlockLayout.UNIT_BYTES, end);
        expect(stray == 0, block, "with a start marked inside it, at 0x%x".formatted(stray));
        long bytes = BlockLayout.payloadBytes(units);
        switch (Headers.state(word)) {
            case BlockLayout.LIVE -> {
                live += bytes;
                liveBlocks++;
            }
            case BlockLayout.CACHED -> {
                pending += bytes;
                pendingBlocks++;
                if (pages != null && block == space.purging()) {
                    dirtyInFree += pages.dirtyIn(block, (int) units);
                }
            }
            case BlockLayout.WITHHELD -> {
                withheld += bytes + BlockLayout.HEADER_BYTES;
                withheldBlocks++;
            }
            case FREE -> {
                expect(previousFree == 0, block, "free, and the block before it too (expected: merged)");
                expect(!span, block, "free, and a span");
                expect(
                        units < geometry.regionUnits() || Headers.state(headers.word(end)) != SENTINEL,
                        block,
                        "free, and its region is in use for it alone");
                space.freeBlocks().validate(block, (int) units);
                dirtyInFree += pages == null ? 0 : pages.dirtyIn(block, (int) units);
                free += bytes;
                freeBlocks++;
                return (int) units;
            }
            default -> expect(false, block, "in a state that no block has: " + Headers.state(word));
        }
        return 0;
    }

    private void compareLists() {
        equal("blocks in free lists", space.freeBlocks().countLinked(), freeBlocks);
        equal("blocks in pending lists", space.countPending(), pendingBlocks);
    }

    private void comparePages() {
        if (pages != null) {
            equal("dirty pages", pages.dirty(), dirtyInFree);
            equal("dirty pages of free blocks, of all that are marked", dirtyInRegions, dirtyInFree);
        }
    }

    private void compareSums() {
        HeapStatistics counted = space.statistics();
        RegionTable table = space.table();
        long headerBytes = (liveBlocks + pendingBlocks + freeBlocks) * BlockLayout.HEADER_BYTES;
        long slices = table.tableBytes();
        long retained = table.retainedRegions() * geometry.regionBytes();
        equal("live blocks", counted.liveBlocks(), liveBlocks);
        equal("live bytes", counted.liveBytes(), live);
        equal("pending blocks", counted.pendingBlocks(), pendingBlocks);
        equal("pending bytes", counted.pendingBytes(), pending);
        equal("free blocks", counted.freeBlocks(), freeBlocks);
        equal("free bytes", counted.freeBytes(), free + retained);
        equal("withheld blocks", counted.withheldBlocks(), withheldBlocks);
        equal("header bytes", counted.headerBytes(), headerBytes);
        equal("overhead bytes", counted.overheadBytes(), slices + edges + withheld);
        equal(
                "live + pending + free + headers + overhead",
                live + pending + free + retained + headerBytes + slices + edges + withheld,
                counted.committedBytes());
    }

    private void expect(boolean holds, long block, String found) {
        if (!holds) {
            throw new HeapCorruptionException(block, "block %s is %s".formatted(geometry.describe(block), found));
        }
    }

    private static void equal(String what, long counted, long walked) {
        if (counted != walked) {
            throw new HeapCorruptionException(
                    0, "%s: %d as counted (expected: %d, from the walk)".formatted(what, counted, walked));
        }
    }
}
