package dev.ashlar.block;

import dev.ashlar.os.Memory;

/**
 * The last word of a movable block's payload: the handle that leads to the block, so that whoever comes by the block finds the handle.
 *
 * <pre>{@code
 *     p                                      p+16n-16          p+16n-8
 *     +--------------------------------------+-----------------+---
 *     |  usable, 16n - 16 bytes              |  handle         |  the next block's header
 *     +--------------------------------------+-----------------+---
 * }</pre>
 *
 * <p>It stands behind what is usable, so that payloads stay aligned to 16 bytes. Written under the arena's lock, or by whoever fills a block that
 * nobody knows yet.
 */
public final class BackReference {
    /** What it takes of a payload. */
    public static final int BYTES = 8;

    private BackReference() {}

    /** Where it stands in a block of so many units. */
    public static long address(long block, long units) {
        return block + BlockLayout.payloadBytes(units) - BYTES;
    }

    /** The handle that a block of so many units belongs to, as it stands. */
    public static long read(long block, long units) {
        return Memory.getLong(address(block, units));
    }

    /** Says which handle a block belongs to. */
    public static void write(long block, long units, long handle) {
        Memory.putLong(address(block, units), handle);
    }
}
