package dev.ashlar.region;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.Memory;
import dev.ashlar.os.Reservation;

/**
 * What hardening adds to its blocks: a guard behind the requested bytes, zeroed free memory, and generations.
 *
 * <pre>{@code
 *     p             p+requested                  p+payload-8           p+payload
 *     +-------------+----------------------------+---------------------+
 *     |  requested  |  slack, a keyed byte each  |  guard word         |
 *     +-------------+----------------------------+---------------------+
 *
 *     guard word = keyed(p) ^ (generation << 10 | slack)       the upper 48 bits tell whether it is one
 * }</pre>
 *
 * <p>Free memory is kept zero, but for headers and links: what is not zero when it is handed out was written by somebody who did not own
 * it. Pages that were never touched, purged or released are zero anyway.
 *
 * <p>A generation is one of 64 scopes, given to segments in turn. A segment whose scope is not the one that its block has now is of an
 * earlier owner; one stale segment in 64 is missed.
 */
public final class Guards {
    /** Bytes that a guard takes behind the requested ones. */
    public static final int BYTES = 8;

    private static final int GENERATIONS = 64;

    /** Enough for the steps between size classes, up to 512 bytes, and for a cell that is chosen for an alignment of 1 KiB. */
    private static final int SLACK_BITS = 10;

    private static final int LOW_BITS = 16;
    private static final int GUARD_ROTATION = 29;

    private final Geometry geometry;
    private final Headers headers;
    private final Arena[] arenas;
    private final MemorySegment[] segments;
    private int generation;

    /** Guards for the blocks of a reservation; opens the scopes of their generations. */
    public Guards(Geometry geometry, Headers headers, Reservation reservation) {
        this.geometry = geometry;
        this.headers = headers;
        int scopes = reservation.canRescope() ? GENERATIONS : 0;
        arenas = new Arena[scopes];
        segments = new MemorySegment[scopes];
        for (int i = 0; i < scopes; i++) {
            arenas[i] = Arena.ofShared();
            segments[i] = reservation.segmentIn(arenas[i]);
        }
    }

    /** Whether the memory of a block that is about to be handed out is as zero as it was left. */
    public static boolean isZero(long block, long payloadBytes) {
        return Memory.mismatchZero(block, payloadBytes) < 0;
    }

    /** What a block is reported as that is not. */
    public HeapCorruptionException writtenWhileFree(long block, long payloadBytes) {
        long offset = Memory.mismatchZero(block, payloadBytes);
        return new HeapCorruptionException(
                block,
                "free memory at %s was written: byte %d is 0x%02x (expected: 0); the block is withheld"
                        .formatted(geometry.describe(block), offset, Memory.getByte(block + offset)));
    }

    /** Sets the guard of a block of which {@code requested} bytes are for its holder. */
    public void arm(long block, long payloadBytes, long requested) {
        long slack = payloadBytes - BYTES - requested;
        long key = key(block);
        Memory.fill(block + requested, slack, slackByte(key));
        // A race of several threads in a pool, and a benign one: any generation will do.
        int next = (generation + 1) % GENERATIONS;
        generation = next;
        Memory.putLong(block + payloadBytes - BYTES, key ^ ((long) next << SLACK_BITS | slack));
    }

    /**
     * How many bytes the holder of a block asked for.
     *
     * @throws HeapCorruptionException if the guard was overwritten
     */
    public long requested(long block, long payloadBytes) {
        long key = key(block);
        long word = Memory.getLong(block + payloadBytes - BYTES) ^ key;
        long slack = word & ((1 << SLACK_BITS) - 1);
        long requested = payloadBytes - BYTES - slack;
        if (word >>> LOW_BITS != 0 || requested < 0) {
            throw writtenPastEnd(block, payloadBytes - BYTES);
        }
        for (long offset = requested; offset < payloadBytes - BYTES; offset++) {
            if (Memory.getByte(block + offset) != slackByte(key)) {
                throw writtenPastEnd(block, offset);
            }
        }
        return requested;
    }

    private HeapCorruptionException writtenPastEnd(long block, long offset) {
        return new HeapCorruptionException(
                block,
                "block %s was written past its end: its guard is damaged at byte %d (expected: untouched); the block is withheld"
                        .formatted(geometry.describe(block), offset));
    }

    /** The whole range in the scope of a live block's generation. */
    public MemorySegment segmentOf(long block, long payloadBytes, MemorySegment fallback) {
        return segments.length == 0 ? fallback : segments[generationOf(block, payloadBytes)];
    }

    /** Whether a scope is one of those that this heap gives out. */
    public boolean isOwnScope(MemorySegment.Scope scope) {
        for (MemorySegment segment : segments) {
            if (segment.scope().equals(scope)) {
                return true;
            }
        }
        return false;
    }

    private int generationOf(long block, long payloadBytes) {
        long word = Memory.getLong(block + payloadBytes - BYTES) ^ key(block);
        return (int) (word >>> SLACK_BITS) & (GENERATIONS - 1);
    }

    /** Ends the scopes that are still open. */
    public void close() {
        for (Arena arena : arenas) {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }

    private long key(long block) {
        return Long.rotateLeft(headers.keyed(block), GUARD_ROTATION) * 0xD6E8FEB86659FD93L;
    }

    private static byte slackByte(long key) {
        return (byte) (key >>> 56 | 1);
    }
}
