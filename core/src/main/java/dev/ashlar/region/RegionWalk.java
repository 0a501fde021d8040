package dev.ashlar.region;

import dev.ashlar.MemoryState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import org.jspecify.annotations.Nullable;

import static dev.ashlar.block.BlockLayout.HEADER_BYTES;

/**
 * Shows the regions of a reservation one by one, whoever has them, in pieces that tile them.
 *
 * <p>Between two regions their owners' locks may be given up: then each region is as it was when it was shown. Only how far the last span reached is kept: what lies
 * below that has been shown with it.
 */
public final class RegionWalk {
    /** What knows what a live block consists of. */
    @FunctionalInterface
    public interface Contents {
        /**
         * Shows a live block, header and all.
         *
         * @param block its payload's address
         * @param usableBytes of the payload
         */
        void show(long block, long usableBytes);
    }

    private final RegionVisitor visitor;

    /** Behind the last byte that has been shown. */
    private long shown;

    /** A walk that has shown nothing. */
    public RegionWalk(RegionVisitor visitor) {
        this.visitor = visitor;
    }

    /** Who is shown the pieces. */
    public RegionVisitor visitor() {
        return visitor;
    }

    /** Shows a committed region that nobody has in use. */
    public void showFree(long address, long bytes, boolean soiled) {
        visitor.piece(address, bytes, soiled ? MemoryState.FREE : MemoryState.PURGED);
        shown = address + bytes;
    }

    /**
     * Shows a region that a space has in use, under the lock of its owner. O(blocks in it).
     *
     * @throws dev.ashlar.HeapCorruptionException if a header is damaged
     */
    public void show(BlockSpace space, int region, Contents live) {
        Geometry geometry = space.geometry();
        if (shown >= geometry.regionEnd(region)) {
            return;
        }
        long block = space.starts().firstIn(geometry.firstBlock(region), geometry.regionEnd(region));
        if (block == 0) {
            return;
        }
        long start = geometry.regionStart(region);
        if (shown <= start && block == geometry.firstBlock(region)) {
            visitor.piece(start, block - HEADER_BYTES - start, MemoryState.OVERHEAD);
        }
        long end = geometry.regionEnd(region);
        while (block < end || (block == end && !isEnd(space, block))) {
            int word = space.headers().word(block);
            long units = space.unitsOf(block, word);
            showBlock(space, block, units, word, live);
            block = BlockCarver.behind(block, units);
            // A span: it ends in a region behind, perhaps together with it.
            end = Math.max(end, geometry.regionEnd(geometry.regionOf(block)));
            if (end != geometry.regionEnd(region)) {
                break;
            }
        }
        if (block == end) {
            visitor.piece(end - HEADER_BYTES, HEADER_BYTES, MemoryState.OVERHEAD);
            shown = end;
        } else {
            shown = block - HEADER_BYTES;
        }
    }

    /** Whether a region ends here; else a span's header stands there. */
    private static boolean isEnd(BlockSpace space, long block) {
        return Headers.state(space.headers().word(block)) == BlockLayout.SENTINEL;
    }

    private void showBlock(BlockSpace space, long block, long units, int word, Contents live) {
        long bytes = BlockLayout.payloadBytes(units);
        switch (Headers.state(word)) {
            case BlockLayout.LIVE -> live.show(block, bytes);
            case BlockLayout.WITHHELD -> {
                visitor.block(block, bytes, MemoryState.WITHHELD);
                visitor.piece(block - HEADER_BYTES, HEADER_BYTES + bytes, MemoryState.WITHHELD);
            }
            // One that is held or pending counts as in use where pages are purged: none of its own are known to be clean.
            case BlockLayout.CACHED -> showFree(block, (int) units, null);
            default -> showFree(block, (int) units, space.dirtyPages());
        }
    }

    private void showFree(long block, int units, @Nullable DirtyPages pages) {
        long bytes = BlockLayout.payloadBytes(units);
        long end = block + bytes;
        visitor.block(block, bytes, MemoryState.FREE);
        visitor.piece(block - HEADER_BYTES, HEADER_BYTES, MemoryState.HEADER);
        for (long at = block; at < end;) {
            long clean = pages == null ? end : pages.firstCleanFrom(at, block, units);
            if (clean > at) {
                visitor.piece(at, clean - at, MemoryState.FREE);
            }
            if (pages == null || clean == end) {
                return;
            }
            at = pages.endOfClean(clean, block, units);
            visitor.piece(clean, at - clean, MemoryState.PURGED);
        }
    }
}
