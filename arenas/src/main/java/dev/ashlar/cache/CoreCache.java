package dev.ashlar.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Hold;
import org.jspecify.annotations.Nullable;

/**
 * The magazines of one owner: for each size class a bounded stack of free cells, used without lock or atomic operation.
 *
 * <pre>{@code
 *     slots    | class 0: count cells ..., unused | class 1 ...        a row of 2^rowShift for each class
 *     levels   | counts, by class | limits, by class |
 *
 *     allocate   cell = slots[row + count - 1];  write LIVE;  count--         no load depends on the cell
 *     free       read the header;  LIVE and ours?  slots[row + count] = cell;  write FREE;  count++
 * }</pre>
 *
 * <p>The count is written last: an error thrown in between (no stack left) leaves the cell where it was. A limit is what the class may
 * hold now: 0 until it is used, then doubled as it proves too small, as far as the {@link CacheBudget} goes. A row is as long as
 * the largest limit, so a thread that allocates little costs a few KiB of Java heap.
 *
 * <p><b>Threads.</b> Owned by one thread, or by whoever holds its stripe. Others may read counts, which are opaque: no torn or
 * invented value, perhaps an old one. The cache knows no pool and no arena: it never refills itself, and keeps neither.
 */
public final class CoreCache {
    /** Nobody's cache: it has nothing and takes nothing. */
    public static final CoreCache NONE = new CoreCache(-1, 0, 0, new CacheBudget(0, 0), null);

    private static final VarHandle LEVEL = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int CLASSES = 128;
    private static final int PAD = 32;
    private static final int LIMITS = PAD + CLASSES;
    private static final int FIRST_LIMIT = 8;
    private static final int MAX_ROW_SHIFT = 6;

    /** A class holds at most so many bytes, but always two cells. */
    private static final int CLASS_BYTES = 16 << 10;

    private final long ownerId;
    private final long first;
    private final long units;
    private final int[] levels = new int[LIMITS + CLASSES + PAD];
    private final CacheBudget budget;
    private final @Nullable Hold hold;
    private long[] slots;
    private int rowShift;
    private long grantedBytes;
    private int home;
    private int strangerRefills;

    /**
     * An empty cache for blocks of one pool.
     *
     * @param ownerId of the thread that owns it
     * @param geometry of the pool's regions
     * @param budget that its limits draw on
     * @param home the number of its arena
     * @param hold that counts the scopes which its thread has open
     * @param checksFrees whether {@link #free} takes cells; a hardened pool does more than it, and pushes them
     */
    public CoreCache(
            long ownerId, Geometry geometry, CacheBudget budget, int home, boolean checksFrees, Hold hold) {
        this(
                ownerId,
                geometry.base() + BlockLayout.FIRST_PAYLOAD_OFFSET,
                checksFrees
                        ? (geometry.byteSize() - BlockLayout.FIRST_PAYLOAD_OFFSET) >>> BlockLayout.UNIT_SHIFT
                        : 0,
                budget,
                hold);
        this.home = home;
    }

    private CoreCache(long ownerId, long first, long units, CacheBudget budget, @Nullable Hold hold) {
        this.ownerId = ownerId;
        this.first = first;
        this.units = units;
        this.budget = budget;
        this.hold = hold;
        slots = new long[0];
    }

    /** The id of the thread that owns this cache. */
    public long ownerId() {
        return ownerId;
    }

    /** The counter of the scopes that its thread has open. */
    public Hold hold() {
        Hold counter = hold;
        if (counter == null) {
            throw new IllegalStateException("the cache of nobody has no scopes (expected: a thread's)");
        }
        return counter;
    }

    // The hot path

    /**
     * Takes a cell and makes it live, for the pool itself.
     *
     * @return its address, or 0 if there is none
     */
    public long allocate(int sizeClass) {
        return allocate(sizeClass, CellHeaders.liveCode(sizeClass));
    }

    /**
     * Takes a cell and writes its header.
     *
     * @return its address, or 0 if there is none
     */
    public long allocate(int sizeClass, long code) {
        int count = count(sizeClass);
        if (count == 0) {
            return 0;
        }
        long cell = slots[(sizeClass << rowShift) + count - 1];
        CellHeaders.write(cell, code);
        setCount(sizeClass, count - 1);
        return cell;
    }

    /**
     * Takes back a live cell of the pool itself.
     *
     * @param address anything
     * @return false if it is none, or there is no room; nothing has changed then
     */
    public boolean free(long address) {
        // One comparison for range and alignment: a rotation makes low bits that should be 0 high ones.
        if (Long.compareUnsigned(Long.rotateRight(address - first, BlockLayout.UNIT_SHIFT), units) >= 0) {
            return false;
        }
        long code = CellHeaders.read(address);
        int sizeClass = CellHeaders.sizeClass(code);
        return code == CellHeaders.liveCode(sizeClass) && push(sizeClass, address);
    }

    /**
     * Takes a cell, and marks it free.
     *
     * @return false if there is no room; nothing has changed then
     */
    public boolean push(int sizeClass, long cell) {
        int count = count(sizeClass);
        if (count >= levels[LIMITS + sizeClass]) {
            return false;
        }
        slots[(sizeClass << rowShift) + count] = cell;
        CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
        setCount(sizeClass, count + 1);
        return true;
    }

    private int count(int sizeClass) {
        return levels[PAD + sizeClass];
    }

    private void setCount(int sizeClass, int count) {
        LEVEL.setOpaque(levels, PAD + sizeClass, count);
    }

    // Refilling and giving back

    /** How many cells of a class are here, as any thread sees it. */
    public int cells(int sizeClass) {
        return (int) LEVEL.getOpaque(levels, PAD + sizeClass);
    }

    /** How many cells of a class may be here now. */
    public int limit(int sizeClass) {
        return (int) LEVEL.getOpaque(levels, LIMITS + sizeClass);
    }

    /** The cells themselves, for who refills or empties a row. */
    public long[] slots() {
        return slots;
    }

    /** Index of a class's first slot. */
    public int row(int sizeClass) {
        return sizeClass << rowShift;
    }

    /** Notes that a class has so many cells now, which stand at the begin of its row. */
    public void refilled(int sizeClass, int count) {
        setCount(sizeClass, count);
    }

    /** Notes that the oldest cells of a row are gone. */
    public void removeOldest(int sizeClass, int count) {
        int row = row(sizeClass);
        int left = count(sizeClass) - count;
        System.arraycopy(slots, row + count, slots, row, left);
        setCount(sizeClass, left);
    }

    /**
     * Lets a class hold twice as much, if the budget has it.
     *
     * @return whether its limit is higher now
     */
    public boolean grow(int sizeClass) {
        int stride = SizeClasses.strideBytes(sizeClass);
        int most = Math.clamp(CLASS_BYTES / stride, 2, 1 << MAX_ROW_SHIFT);
        int before = levels[LIMITS + sizeClass];
        int limit = before == 0 ? Math.min(FIRST_LIMIT, most) : Math.min(2 * before, most);
        long bytes = (long) (limit - before) * stride;
        if (limit == before || !budget.grant(grantedBytes, bytes)) {
            return false;
        }
        grantedBytes += bytes;
        while (limit > rowLength()) {
            lengthenRows();
        }
        LEVEL.setOpaque(levels, LIMITS + sizeClass, limit);
        return true;
    }

    private int rowLength() {
        return slots.length / SizeClasses.COUNT;
    }

    private void lengthenRows() {
        int shift = slots.length == 0 ? 3 : rowShift + 1;
        long[] longer = new long[SizeClasses.COUNT << shift];
        for (int sizeClass = 0; slots.length > 0 && sizeClass < SizeClasses.COUNT; sizeClass++) {
            System.arraycopy(slots, sizeClass << rowShift, longer, sizeClass << shift, count(sizeClass));
        }
        slots = longer;
        rowShift = shift;
    }

    /** Lets an empty class hold nothing until it is used again. */
    public void shrink(int sizeClass) {
        long bytes = (long) levels[LIMITS + sizeClass] * SizeClasses.strideBytes(sizeClass);
        LEVEL.setOpaque(levels, LIMITS + sizeClass, 0);
        grantedBytes -= bytes;
        budget.giveBack(bytes);
    }

    /** Usable bytes of the cells here, as any thread sees them. */
    public long bytes() {
        long bytes = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            bytes += (long) cells(sizeClass) * SizeClasses.usableBytes(sizeClass);
        }
        return bytes;
    }

    /** How many cells are here, as any thread sees them. */
    public long cells() {
        long cells = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            cells += cells(sizeClass);
        }
        return cells;
    }

    // The arena that refills it

    /** The number of the arena that refills this cache. */
    public int home() {
        return home;
    }

    /**
     * Notes where a refill happens, and moves home when it was on another core's arena several times in a row: a thread that is
     * moved back and forth would else mix cells of all arenas, and send each of them back over a queue.
     *
     * @param here the number of the arena of this core
     */
    public void refilledAt(int here) {
        if (here == home) {
            strangerRefills = 0;
        } else if (++strangerRefills >= 8) {
            home = here;
            strangerRefills = 0;
        }
    }
}
