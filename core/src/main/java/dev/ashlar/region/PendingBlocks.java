package dev.ashlar.region;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.block.Links;

import static dev.ashlar.block.BlockLayout.CACHED;
import static dev.ashlar.block.BlockLayout.LIVE;
import static dev.ashlar.block.BlockLayout.TREE_UNITS;

/**
 * Freed blocks that wait, unmerged, for a request of their size: deferred coalescing (Wilson et al., 1995, section 3.11; "quick
 * lists" in Weinstock's QuickFit).
 *
 * <p>One singly linked list for each size below 1 KiB, last in, first out. To their neighbours these blocks look as if they were in use.
 */
public final class PendingBlocks {
    private final long[] heads = new long[TREE_UNITS];
    private final Geometry geometry;
    private final Headers headers;
    private final BlockCarver carver;
    private final BlockLedger ledger;

    PendingBlocks(Geometry geometry, Headers headers, BlockCarver carver, BlockLedger ledger) {
        this.geometry = geometry;
        this.headers = headers;
        this.carver = carver;
        this.ledger = ledger;
    }

    /** Whether blocks of this size may wait here. */
    static boolean takes(long units) {
        return units < TREE_UNITS;
    }

    /** Lets a live block of such a size wait. */
    void add(long block, int units) {
        headers.set(block, units, CACHED);
        Links.setNext(block, heads[units]);
        heads[units] = block;
        ledger.cached(units);
    }

    /**
     * Makes a waiting block of exactly this size live again.
     *
     * @return the block, or 0 if none waits
     * @throws HeapCorruptionException if the list does not lead to such a block; nothing has changed then
     */
    long take(int units) {
        long block = heads[units];
        if (block != 0) {
            heads[units] = checkedNext(block, units);
            Links.setNext(block, 0);
            headers.set(block, units, LIVE);
            ledger.uncached(units);
        }
        return block;
    }

    /** The block that waits behind this one, or 0; both this one and the link are checked. */
    private long checkedNext(long block, int units) {
        int word = headers.word(block);
        long next = Links.next(block);
        if (Headers.state(word) != CACHED
                || Headers.units(word) != units
                || next == block
                || (next != 0 && !isWaiting(next, units))) {
            throw new HeapCorruptionException(
                    block,
                    "waiting block %s: word B is 0x%08x, link 0x%x (expected: a cached block of %d units, and another or 0)"
                            .formatted(geometry.describe(block), word, next, units));
        }
        return next;
    }

    private boolean isWaiting(long block, int units) {
        if (!geometry.isBlockAddress(block)) {
            return false;
        }
        int word = headers.rawWord(block);
        return headers.isIntact(block, word) && Headers.state(word) == CACHED && Headers.units(word) == units;
    }

    /**
     * Merges all that wait.
     *
     * @return usable bytes merged
     * @throws HeapCorruptionException if a block or its neighbour is damaged; the rest still waits
     */
    long coalesce() {
        long before = ledger.pendingBytes();
        for (int units = BlockLayout.MIN_UNITS; units < TREE_UNITS; units++) {
            while (heads[units] != 0) {
                long block = take(units);
                try {
                    carver.free(block, units);
                } catch (HeapCorruptionException e) {
                    if (Headers.state(headers.rawWord(block)) == LIVE) {
                        add(block, units);
                    }
                    throw e;
                }
            }
        }
        return before - ledger.pendingBytes();
    }

    /**
     * How many blocks wait, counted along the lists, for the validator.
     *
     * @throws HeapCorruptionException if a list holds what does not belong there, or leads in a circle
     */
    long countLinked() {
        long found = 0;
        for (int units = BlockLayout.MIN_UNITS; units < TREE_UNITS; units++) {
            for (long block = heads[units]; block != 0 && found <= ledger.pendingBlocks(); found++) {
                block = checkedNext(block, units);
            }
        }
        return found;
    }
}
