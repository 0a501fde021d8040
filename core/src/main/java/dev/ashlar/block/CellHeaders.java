package dev.ashlar.block;

import java.security.SecureRandom;

import dev.ashlar.os.Memory;

import static dev.ashlar.block.BlockLayout.CELL_CLASS_BITS;
import static dev.ashlar.block.BlockLayout.CELL_CLASS_SHIFT;
import static dev.ashlar.block.BlockLayout.CELL_FREE_SHIFT;
import static dev.ashlar.block.BlockLayout.CELL_HEADER;
import static dev.ashlar.block.BlockLayout.CELL_OWNER_BITS;
import static dev.ashlar.block.BlockLayout.CELL_OWNER_SHIFT;

/**
 * The headers of cells: one 64-bit word, written without being read.
 *
 * <pre>{@code
 *     header  =  address ^ (code + secret)                      the secret has 42 bits: no carry reaches the upper class
 *
 *     code    63     57 56     50 49     43 42        28 27        13  12  11 10       0
 *            +---------+---------+---------+------------+------------+---+---+----------+
 *            |  class  |  class  |  class  |   owner    |   owner    | f | f |    0     |
 *            +---------+---------+---------+------------+------------+---+---+----------+
 * }</pre>
 *
 * <p>A code has 23 bits that may be anything and 41 that must follow from them, so random content passes with a chance of one in 2^41. Each piece of content
 * stands twice at least: one flipped bit is found, with what the cell's slab says of its class. A header that was copied from another address passes
 * seldom (one in 100,000 within a MiB, as {@code CellHeadersTest} measures), since no hash spreads the difference of the addresses.
 *
 * <p><b>Why no hash.</b> From a free to the next allocation of the same cell the header is written, read, and says which magazine is meant; each
 * step of that is waited for. So nothing but the address is mixed in when a header is written, its class is its top bits as they stand, and one
 * multiplication, which nothing waits for, checks all the rest. Address and secret are mixed in by different operations, since the compiler would gather
 * two of the same kind into one that comes last. The secret is a constant of the process: its load would be one more step, and what it
 * protects from is accident.
 */
public final class CellHeaders {
    /** The owner of what {@code pool.allocate} hands out. */
    public static final int POOL = 0;

    /** Owners are numbered from 0 to this. */
    public static final int MAX_OWNER = (1 << CELL_OWNER_BITS) - 1;

    private static final long CLASS_TWICE = (1L << CELL_CLASS_SHIFT) | (1L << (CELL_CLASS_SHIFT - CELL_CLASS_BITS));
    private static final long CLASS = CLASS_TWICE | (1L << (CELL_CLASS_SHIFT - 2 * CELL_CLASS_BITS));
    private static final long OWNER = (1L << CELL_OWNER_SHIFT) | (1L << (CELL_OWNER_SHIFT - CELL_OWNER_BITS));
    private static final long FREE = 3L << CELL_FREE_SHIFT;
    private static final long SECRET = new SecureRandom().nextLong() >>> 22;

    private CellHeaders() {}

    /** The code of a live cell that belongs to the pool itself. */
    public static long liveCode(int sizeClass) {
        return sizeClass * CLASS;
    }

    /** The code of a live cell that belongs to somebody. */
    public static long liveCode(int sizeClass, int owner) {
        return sizeClass * CLASS + owner * OWNER;
    }

    /** The code of a free cell. */
    public static long freeCode(int sizeClass) {
        return sizeClass * CLASS + FREE;
    }

    /** What stands before a cell, right or wrong. */
    public static long raw(long cell) {
        return Memory.getLong(cell + CELL_HEADER);
    }

    /** Whether that is the header of a live cell of the pool itself, of the class that {@link #sizeClass} says. */
    public static boolean isLiveOfPool(long cell, long raw) {
        return raw == header(cell, liveCode(sizeClass(raw)));
    }

    private static long header(long cell, long code) {
        return (code + SECRET) ^ cell;
    }

    private static long code(long cell, long raw) {
        return (raw ^ cell) - SECRET;
    }

    /** The code that stands at a cell, right or wrong. */
    public static long read(long cell) {
        return code(cell, raw(cell));
    }

    /** Writes a cell's header. */
    public static void write(long cell, long code) {
        Memory.putLong(cell + CELL_HEADER, header(cell, code));
    }

    /** Zeroes a cell's header: no header. */
    public static void erase(long cell) {
        Memory.putLong(cell + CELL_HEADER, 0);
    }

    /** Writes a cell's header if it still has the code expected; of several threads that try, one succeeds. */
    public static boolean exchange(long cell, long expected, long code) {
        return Memory.compareAndSetLong(cell + CELL_HEADER, header(cell, expected), header(cell, code));
    }

    /** Whether a code is the one of a cell, live or free. */
    public static boolean isIntact(long code) {
        return isLive(code) || isFree(code);
    }

    /** Whether a code is the one of a live cell, of anybody. */
    public static boolean isLive(long code) {
        return code == liveCode(sizeClass(code), owner(code));
    }

    /** Whether a code is the one of a free cell. */
    public static boolean isFree(long code) {
        return code == freeCode(sizeClass(code));
    }

    /** The size class in a code or a header, right or wrong: 0 to 127. */
    public static int sizeClass(long code) {
        return (int) (code >>> CELL_CLASS_SHIFT);
    }

    /** The owner in a code, right or wrong. */
    public static int owner(long code) {
        return (int) (code >>> CELL_OWNER_SHIFT) & MAX_OWNER;
    }
}
