package dev.ashlar.region;

import dev.ashlar.block.BlockLayout;

/**
 * Counts what is live, pending and withheld, in units and blocks, where it changes. Free blocks count themselves ({@code fit}).
 *
 * <p>Not thread-safe; plain additions, as they are part of each allocation.
 */
public final class BlockLedger {
    private long liveUnits;
    private long liveBlocks;
    private long pendingUnits;
    private long pendingBlocks;
    private long withheldUnits;
    private long withheldBlocks;

    void liveAdded(long units) {
        liveUnits += units;
        liveBlocks++;
    }

    void liveRemoved(long units) {
        liveUnits -= units;
        liveBlocks--;
    }

    void liveResized(long byUnits) {
        liveUnits += byUnits;
    }

    void withheld(long units) {
        withheldUnits += units;
        withheldBlocks++;
    }

    void cached(long units) {
        liveRemoved(units);
        pendingUnits += units;
        pendingBlocks++;
    }

    void uncached(long units) {
        liveAdded(units);
        pendingUnits -= units;
        pendingBlocks--;
    }

    /** Two cached blocks became one. */
    void cachedMerged() {
        pendingBlocks--;
    }

    /** Usable bytes of live blocks. */
    public long liveBytes() {
        return payloadBytes(liveUnits, liveBlocks);
    }

    /** How many blocks are live. */
    public long liveBlocks() {
        return liveBlocks;
    }

    /** Usable bytes of pending blocks. */
    public long pendingBytes() {
        return payloadBytes(pendingUnits, pendingBlocks);
    }

    /** How many blocks are pending. */
    public long pendingBlocks() {
        return pendingBlocks;
    }

    /** Bytes of withheld blocks, with their headers: nobody can use any of them. */
    public long withheldBytes() {
        return withheldUnits << BlockLayout.UNIT_SHIFT;
    }

    /** How many blocks are withheld. */
    public long withheldBlocks() {
        return withheldBlocks;
    }

    private static long payloadBytes(long units, long blocks) {
        return (units << BlockLayout.UNIT_SHIFT) - blocks * BlockLayout.HEADER_BYTES;
    }
}
