package dev.ashlar.slab;

import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Memory;

/**
 * Where everything about a slab lies: its cells, and off heap beside the regions its head and the bitmap of its free cells.
 *
 * <p>Slabs are blocks that begin at multiples of a slot, 16 KiB, and take 1, 2 or 4 of them:
 *
 * <pre>{@code
 *     S-8   S          S+first-8  S+first                                              S+bytes-8
 *     +-----+----------+----------+---------------+----------+---------------+   +------+
 *     | hdr |  unused  |  header  |  cell 0       |  header  |  cell 1       |...| tail |
 *     +-----+----------+----------+---------------+----------+---------------+   +------+
 *                       <------- stride --------->
 *
 *     first == the largest power of two that divides the stride, so that every cell is a multiple of it
 *
 *     A region's slice of the table:    | heads, 64 bytes a slot | bitmaps, 64 bytes a slot |
 *
 *     A head:    0 size class + 1, or 0     4 slots back to the slab's first     8 start S
 *               16 cells    20 free cells   24 first word with a free cell   28 slots
 *               32 next slab   40 previous slab   (addresses of heads)
 * }</pre>
 *
 * <p>A slab is named by its head's address. A table of Java objects would be 16 million of them for 1 TiB; this one is zero and untouched
 * where there is no slab. Not thread-safe: a region's slice is guarded by the lock of the region's owner.
 */
public final class SlabTable {
    /** Slabs begin at multiples of this. */
    public static final int SLOT_BYTES = 1 << 14;

    static final int SLOT_SHIFT = 14;
    static final int MAX_SLOTS = 4;

    private static final int HEAD_SHIFT = 6;
    private static final int CLASS = 0;
    private static final int BACK = 4;
    private static final int START = 8;
    private static final int CELLS = 16;
    private static final int FREE = 20;
    private static final int HINT = 24;
    private static final int SLOTS = 28;
    private static final int NEXT = 32;
    private static final int PREVIOUS = 40;
    private static final int HEAD_BYTES = 1 << HEAD_SHIFT;

    private static final int RECIPROCAL_SHIFT = 32;
    private static final long[] RECIPROCALS = reciprocals();

    private final long base;
    private final long table;
    private final int regionShift;
    private final long regionMask;
    private final int sliceShift;
    private final long bitmapOffset;

    /**
     * The table of a range.
     *
     * @param geometry of the regions
     * @param table its address; it takes one 128th of the regions, and is zero at first
     */
    public SlabTable(Geometry geometry, long table) {
        base = geometry.base();
        this.table = table;
        regionShift = geometry.regionShift();
        regionMask = geometry.regionBytes() - 1;
        sliceShift = regionShift - Integer.numberOfTrailingZeros(BlockStarts.BYTES_PER_TABLE_BYTE);
        bitmapOffset = 1L << (sliceShift - 1);
    }

    /** The first cell's address, relative to the slab's start. */
    static int firstOffset(int sizeClass) {
        return Integer.lowestOneBit(SizeClasses.strideBytes(sizeClass));
    }

    /** How many cells of a class so many slots have room for. */
    static int cellsIn(int sizeClass, int slots) {
        return ((slots << SLOT_SHIFT) - firstOffset(sizeClass)) / SizeClasses.strideBytes(sizeClass);
    }

    private long slotHead(long address) {
        long offset = address - base;
        return table + (offset >>> regionShift << sliceShift) + ((offset & regionMask) >>> SLOT_SHIFT << HEAD_SHIFT);
    }

    /** The slab that an address of a committed region lies in, or 0. */
    public long slabAt(long address) {
        long head = slotHead(address);
        head -= (long) Memory.getInt(head + BACK) << HEAD_SHIFT;
        return Memory.getInt(head + CLASS) == 0 ? 0 : head;
    }

    /**
     * The number of the cell that begins at this address of a slab, or -1; also if there is no slab any more: who looks without the lock may find
     * that the pool was closed, and the table purged, since it found the head.
     */
    public int indexOf(long head, long cell) {
        int sizeClass = sizeClass(head);
        if (sizeClass < 0) {
            return -1;
        }
        long stride = SizeClasses.strideBytes(sizeClass);
        long offset = cell - start(head) - (stride & -stride);
        if (Long.compareUnsigned(offset, cells(head) * stride) >= 0) {
            return -1;
        }
        int index = (int) ((offset * RECIPROCALS[sizeClass]) >>> RECIPROCAL_SHIFT);
        return index * stride == offset ? index : -1;
    }

    /** The number of the cell that an address lies in, header and all, or -1. */
    public int indexAround(long head, long address) {
        int sizeClass = sizeClass(head);
        if (sizeClass < 0) {
            return -1;
        }
        long offset = address - start(head) - firstOffset(sizeClass);
        int index = offset < 0 ? -1 : (int) (offset / SizeClasses.strideBytes(sizeClass));
        return index < cells(head) ? index : -1;
    }

    /** The address of a cell. */
    public long cell(long head, int index) {
        int sizeClass = sizeClass(head);
        return start(head) + firstOffset(sizeClass) + (long) index * SizeClasses.strideBytes(sizeClass);
    }

    /** Whether the slab has a cell to itself: nobody holds it, and no cache or queue does. */
    public boolean isFree(long head, int index) {
        return (Memory.getLong(bitmapWord(head, index >>> 6)) >>> index & 1) != 0;
    }

    /** Makes a slab of a block at {@code start}; all its cells are free. */
    long create(long start, int sizeClass, int slots) {
        long head = slotHead(start);
        int cells = cellsIn(sizeClass, slots);
        for (int slot = 1; slot < slots; slot++) {
            Memory.putInt(head + ((long) slot << HEAD_SHIFT) + BACK, slot);
        }
        for (int word = 0; word < slots * Long.BYTES; word++) {
            int left = cells - (word << 6);
            Memory.putLong(bitmapWord(head, word), left <= 0 ? 0 : -1L >>> Math.max(0, Long.SIZE - left));
        }
        Memory.putInt(head + CLASS, sizeClass + 1);
        Memory.putLong(head + START, start);
        Memory.putInt(head + CELLS, cells);
        Memory.putInt(head + FREE, cells);
        Memory.putInt(head + HINT, 0);
        Memory.putInt(head + SLOTS, slots);
        return head;
    }

    /** Forgets a slab. */
    void erase(long head) {
        int slots = slots(head);
        for (int slot = 0; slot < slots; slot++) {
            for (int offset = 0; offset < HEAD_BYTES; offset += Long.BYTES) {
                Memory.putLong(head + ((long) slot << HEAD_SHIFT) + offset, 0);
            }
        }
    }

    /**
     * Takes free cells in address order.
     *
     * @param into gets their addresses, the lowest last
     * @param from the first index there
     * @param count at most as many as are free
     */
    void take(long head, long[] into, int from, int count) {
        int sizeClass = sizeClass(head);
        long first = start(head) + firstOffset(sizeClass);
        long stride = SizeClasses.strideBytes(sizeClass);
        int at = from + count;
        int word = Memory.getInt(head + HINT);
        while (true) {
            long bits = Memory.getLong(bitmapWord(head, word));
            while (bits != 0 && at > from) {
                into[--at] = first + ((word << 6) + Long.numberOfTrailingZeros(bits)) * stride;
                bits &= bits - 1;
            }
            Memory.putLong(bitmapWord(head, word), bits);
            if (at == from) {
                break;
            }
            word++;
        }
        Memory.putInt(head + HINT, word);
        Memory.putInt(head + FREE, freeCells(head) - count);
    }

    /** Puts a cell back, which the caller counts; false if it is there already. */
    boolean put(long head, int index) {
        int word = index >>> 6;
        long address = bitmapWord(head, word);
        long bits = Memory.getLong(address);
        if ((bits >>> index & 1) != 0) {
            return false;
        }
        Memory.putLong(address, bits | 1L << index);
        if (word < Memory.getInt(head + HINT)) {
            Memory.putInt(head + HINT, word);
        }
        return true;
    }

    /** Address of a word of a slab's bitmap: a set bit is a free cell. */
    long bitmapWord(long head, int word) {
        return head + bitmapOffset + ((long) word << 3);
    }

    /** The size class of a slab's cells. */
    public int sizeClass(long head) {
        return Memory.getInt(head + CLASS) - 1;
    }

    /** The address of the block that is a slab. */
    public long start(long head) {
        return Memory.getLong(head + START);
    }

    /** How many cells a slab has. */
    public int cells(long head) {
        return Memory.getInt(head + CELLS);
    }

    /** How many of them it has to itself. */
    public int freeCells(long head) {
        return Memory.getInt(head + FREE);
    }

    void setFreeCells(long head, int count) {
        Memory.putInt(head + FREE, count);
    }

    /** How many slots it takes. */
    public int slots(long head) {
        return Memory.getInt(head + SLOTS);
    }

    int hint(long head) {
        return Memory.getInt(head + HINT);
    }

    long next(long head) {
        return Memory.getLong(head + NEXT);
    }

    void setNext(long head, long next) {
        Memory.putLong(head + NEXT, next);
    }

    long previous(long head) {
        return Memory.getLong(head + PREVIOUS);
    }

    void setPrevious(long head, long previous) {
        Memory.putLong(head + PREVIOUS, previous);
    }

    /** For a division by a stride: exact for every offset in a slab, as those are below 2^16 and strides divide into 2^32 with an error below 1. */
    private static long[] reciprocals() {
        long[] reciprocals = new long[SizeClasses.COUNT];
        for (int sizeClass = 0; sizeClass < reciprocals.length; sizeClass++) {
            long stride = SizeClasses.strideBytes(sizeClass);
            reciprocals[sizeClass] = ((1L << RECIPROCAL_SHIFT) + stride - 1) / stride;
        }
        return reciprocals;
    }
}
