package dev.ashlar.movable;

import java.util.Arrays;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.region.BlockCarver;
import dev.ashlar.region.BlockSpace;

/**
 * How much of the end of a region can be moved into gaps elsewhere:
 *
 * <pre>{@code
 *     the largest end with    live bytes in it  <=  free bytes of all regions - free bytes in it
 * }</pre>
 *
 * <p>Counted by 256ths of the region, in slices. Others allocate and free meanwhile, so what is chosen is a guess; if there turns out to be less room, the front of
 * that end becomes free, and the rest stays.
 */
final class Tail {
    private static final int PARTS = 256;
    private static final int STEP = 16;

    private final Slices slices;
    private final Geometry geometry;
    private final int region;
    private final long[] liveBytes = new long[PARTS];
    private final long[] liveBlocks = new long[PARTS];
    private final long[] freeBytes = new long[PARTS];

    Tail(Slices slices, Geometry geometry, int region) {
        this.slices = slices;
        this.geometry = geometry;
        this.region = region;
    }

    /** Looks at the region. */
    void walk() {
        long end = geometry.regionEnd(region);
        for (long at = geometry.regionStart(region); at < end;) {
            long from = at;
            at = slices.run(space -> walk(space, from, end));
        }
    }

    private long walk(BlockSpace space, long from, long end) {
        if (!space.table().isInUse(region)) {
            // Gone meanwhile: nothing to move.
            Arrays.fill(liveBlocks, 0);
            return end;
        }
        long block = space.starts().firstIn(from, end);
        while (block != 0 && block < end) {
            for (int i = 0; i < STEP && block < end; i++) {
                block = add(space, block);
            }
            if (slices.isOver()) {
                break;
            }
        }
        return block == 0 ? end : block;
    }

    private long add(BlockSpace space, long block) {
        int word = space.headers().word(block);
        long units = space.unitsOf(block, word);
        int part = (int) ((block - geometry.regionStart(region)) / partBytes());
        switch (Headers.state(word)) {
            case BlockLayout.FREE -> freeBytes[part] += units << BlockLayout.UNIT_SHIFT;
            case BlockLayout.LIVE -> {
                liveBytes[part] += units << BlockLayout.UNIT_SHIFT;
                liveBlocks[part]++;
            }
            default -> {
                // Withheld: it is walked over, and stays.
            }
        }
        return BlockCarver.behind(block, units);
    }

    private long partBytes() {
        return geometry.regionBytes() / PARTS;
    }

    /**
     * Where the end begins.
     *
     * @param allFreeBytes of all regions
     * @param mostBytes that may be moved
     * @param mostBlocks that may be moved
     * @return the region's end if nothing is to be moved
     */
    long choose(long allFreeBytes, long mostBytes, long mostBlocks) {
        long live = 0;
        long blocks = 0;
        long room = allFreeBytes;
        int part = PARTS;
        int first = PARTS;
        while (part > 0) {
            part--;
            live += liveBytes[part];
            blocks += liveBlocks[part];
            room -= freeBytes[part];
            if (live > room || live > mostBytes || blocks > mostBlocks) {
                break;
            }
            // Free parts before the last live block are not worth a look.
            first = blocks > 0 ? part : PARTS;
        }
        return geometry.regionStart(region) + first * partBytes();
    }
}
