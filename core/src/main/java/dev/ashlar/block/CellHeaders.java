package dev.ashlar.block;

import java.security.SecureRandom;

import dev.ashlar.os.Memory;

import static dev.ashlar.block.BlockLayout.CELL_CHECK_MASK;
import static dev.ashlar.block.BlockLayout.CELL_CLASS_MASK;
import static dev.ashlar.block.BlockLayout.CELL_CLASS_SHIFT;
import static dev.ashlar.block.BlockLayout.CELL_FOLD_SHIFT;
import static dev.ashlar.block.BlockLayout.CELL_HEADER;
import static dev.ashlar.block.BlockLayout.CELL_LIVE;
import static dev.ashlar.block.BlockLayout.CELL_OWNER_MASK;
import static dev.ashlar.block.BlockLayout.CELL_OWNER_SHIFT;
import static dev.ashlar.block.BlockLayout.CELL_STATE_SHIFT;
import static dev.ashlar.block.BlockLayout.STATE_MASK;

/**
 * The headers of cells: one 64-bit word, written without being read.
 *
 * <pre>{@code
 *     header  =  key(address)  ^  content  ^  content >>> 32
 *                39 check bits    25 bits     the content again, over the lower check bits
 * }</pre>
 *
 * <p>The key is a multiplicative hash of the address and a secret (Knuth, volume 3, section 6.4), so that whatever is no header of
 * this address passes with a chance of one in 2^39. As each content bit stands twice, one flipped bit is always found, and of two
 * flipped bits only a content bit with its own copy passes. The secret is a constant of the process: its load would be a step of every
 * allocation, and what it protects from is accident.
 *
 * <p>All of it is arithmetic on the header read {@linkplain #read once}; a <i>code</i> is a header without its key.
 */
public final class CellHeaders {
    /** The owner of what {@code pool.allocate} hands out. */
    public static final int POOL = 0;

    /** Owners are numbered from 0 to this. */
    public static final int MAX_OWNER = CELL_OWNER_MASK;

    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    private static final long TWICE = 1 | 1L << CELL_CLASS_SHIFT;
    private static final long LIVE_OF_POOL = code(0, POOL, CELL_LIVE);
    private static final long FREE_OF_POOL = code(0, POOL, BlockLayout.CELL_FREE);
    private static final long SECRET = new SecureRandom().nextLong();

    private CellHeaders() {}

    /** The code of a cell. */
    public static long code(int sizeClass, int owner, int state) {
        long content = (long) sizeClass << CELL_CLASS_SHIFT
                | (long) owner << CELL_OWNER_SHIFT
                | (long) state << CELL_STATE_SHIFT;
        return content ^ content >>> CELL_FOLD_SHIFT;
    }

    /** The code of a live cell that belongs to the pool itself. */
    public static long liveCode(int sizeClass) {
        return LIVE_OF_POOL ^ sizeClass * TWICE;
    }

    /** The code of a free cell. */
    public static long freeCode(int sizeClass) {
        return FREE_OF_POOL ^ sizeClass * TWICE;
    }

    /** The code that stands at a cell, right or wrong. */
    public static long read(long cell) {
        return Memory.getLong(cell + CELL_HEADER) ^ key(cell);
    }

    /** Writes a cell's header. */
    public static void write(long cell, long code) {
        Memory.putLong(cell + CELL_HEADER, code ^ key(cell));
    }

    /** Zeroes a cell's header: no header. */
    public static void erase(long cell) {
        Memory.putLong(cell + CELL_HEADER, 0);
    }

    /** Writes a cell's header if it still has the code expected; of several threads that try, one succeeds. */
    public static boolean exchange(long cell, long expected, long code) {
        long key = key(cell);
        return Memory.compareAndSetLong(cell + CELL_HEADER, expected ^ key, code ^ key);
    }

    /** Whether the check bits of a code are right, and it is a cell's. */
    public static boolean isIntact(long code) {
        return code(sizeClass(code), owner(code), state(code)) == code && state(code) >= CELL_LIVE;
    }

    /** The size class in a code, right or wrong: 0 to 127. */
    public static int sizeClass(long code) {
        return (int) (code >>> CELL_CLASS_SHIFT) & CELL_CLASS_MASK;
    }

    /** The owner in a code. */
    public static int owner(long code) {
        return (int) (code >>> CELL_OWNER_SHIFT) & CELL_OWNER_MASK;
    }

    /** The state in a code. */
    public static int state(long code) {
        return (int) (code >>> CELL_STATE_SHIFT) & STATE_MASK;
    }

    private static long key(long cell) {
        return Long.rotateLeft((cell ^ SECRET) * MULTIPLIER, CELL_FOLD_SHIFT) & CELL_CHECK_MASK;
    }
}
