package dev.ashlar.cache;

import java.util.Arrays;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Hold;
import org.jspecify.annotations.Nullable;

/**
 * The magazines of one owner: for each size class a bounded stack of free cells, used without lock or atomic operation.
 *
 * <p>A class's newest cell is its front; the others lie in its row, behind a 0 and before a word that no cell's address is, so that neither
 * end needs a limit to be loaded.
 *
 * <pre>{@code
 *     slots  | front of class 0 | front of class 1 | ...  | served of class 0 | ...  | row of class 0 | row of class 1 | ...
 *
 *     a row  | 0 | cell | cell | .... | .... | FULL | unused ...
 *                          top--^              ^--limit                                count == top - begin of the row
 *
 *     allocate   cell = front;                    none if it is 0;              write LIVE;  front = slots[--top]
 *     free       read the header; LIVE and ours?  no room if slots[top] is FULL;  write FREE;  slots[top++] = front;  front = cell
 * }</pre>
 *
 * <p>The front is there for the cell that is freed and allocated again: it goes through one word, whose place follows from the class alone, and not
 * through the top, which would be one more load that another must wait for.
 *
 * <p>What a class has served is counted there as well: one more word that nobody waits for. All other counts of a pool follow from it and from what is counted
 * under locks.
 *
 * <p>Front and top are written last, and nothing in between can fail: an error (no stack left) leaves the cell where it was. A limit is what the class may
 * hold now: 0 until it is used, then doubled as it proves too small, as far as the {@link CacheBudget} goes; but beyond a point only when the row
 * was found empty after it had been full, or full after empty. A class that only grows, or only shrinks, gains nothing by a longer row: its cells would
 * be kept from others, and come back in no order. Rows are as long as their limits were at most, so a thread that allocates little costs a few KiB of Java heap.
 *
 * <p><b>Threads.</b> Owned by one thread, or by whoever holds its stripe. Others may read how many cells there are: tops are written plainly, since
 * anything else would keep the compiler from merging what two calls in a row have in common, and a figure is all that is read from them, perhaps an old
 * one. The cache knows no pool and no arena: it never refills itself, and keeps neither.
 */
public final class CoreCache {
    private static final long FULL = -1;
    private static final int CLASSES = 128;
    private static final int SERVED = CLASSES;
    private static final int ROWS = 2 * CLASSES;

    /** In {@code tops}, as that is written by each call: so no compiler can take the look at it out of a loop. */
    private static final int REVOKED = CLASSES;

    private static final int FIRST_LIMIT = 8;

    /** Up to here a limit is doubled whenever it proves too small. */
    private static final int EASY_LIMIT = 32;

    private static final int MAX_LIMIT = 512;
    private static final int SCRATCH_CELLS = 64;
    private static final int BUSY_REFILLS = 4;

    /** A class holds at most so many bytes, but always two cells. */
    private static final int CLASS_BYTES = 64 << 10;

    /** Nobody's cache: it has nothing and takes nothing. */
    public static final CoreCache NONE = new CoreCache(-1, 0, 0, new CacheBudget(0, 0), null);

    private final long ownerId;
    private final long first;
    private final long units;
    private final CacheBudget budget;
    private final @Nullable Hold hold;
    private final int[] limits = new int[CLASSES];
    private final int[] tops = new int[CLASSES + 1];
    private final boolean[] wasFull = new boolean[SizeClasses.COUNT];

    /** Where each class's row begins, and the largest limit that it has room for. */
    private final int[] rows = new int[SizeClasses.COUNT];

    private final int[] rowLimits = new int[SizeClasses.COUNT];
    private final long[] scratch = new long[SCRATCH_CELLS];
    private long[] slots;
    private long grantedBytes;
    private int home;
    private int busyRefills;

    /**
     * An empty cache for blocks of one pool.
     *
     * @param ownerId of the thread that owns it
     * @param geometry of the pool's regions
     * @param budget that its limits draw on
     * @param home the number of its arena
     * @param checksFrees whether {@link #free} takes cells; a hardened pool does more than it, and pushes them
     * @param hold that counts the scopes which its thread has open
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
        // One row without a place, for all classes until they are used, and for what is no class.
        slots = new long[ROWS + 1];
        slots[ROWS] = FULL;
        Arrays.fill(rows, ROWS);
        Arrays.fill(tops, 0, CLASSES, ROWS);
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
        long[] all = slots;
        long cell = all[sizeClass];
        if (cell != 0 && tops[REVOKED] == 0) {
            int top = tops[sizeClass] - 1;
            long next = all[top];
            CellHeaders.write(cell, code);
            all[sizeClass] = next;
            tops[sizeClass] = top;
            all[SERVED + sizeClass]++;
            return cell;
        }
        return 0;
    }

    /**
     * The same, off the hot path: also when the cache hands out nothing there.
     *
     * @return its address, or 0 if there is none
     */
    public long take(int sizeClass, long code) {
        long cell = slots[sizeClass];
        if (cell != 0) {
            int top = tops[sizeClass] - 1;
            CellHeaders.write(cell, code);
            slots[sizeClass] = slots[top];
            tops[sizeClass] = top;
            slots[SERVED + sizeClass]++;
        }
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
        long header = CellHeaders.raw(address);
        return CellHeaders.isLiveOfPool(address, header) && push(CellHeaders.sizeClass(header), address);
    }

    /**
     * Takes a cell, and marks it free.
     *
     * @return false if there is no room; nothing has changed then
     */
    public boolean push(int sizeClass, long cell) {
        long[] all = slots;
        int top = tops[sizeClass];
        if (all[top] == FULL) {
            return false;
        }
        CellHeaders.write(cell, CellHeaders.freeCode(sizeClass));
        all[top] = all[sizeClass];
        all[sizeClass] = cell;
        tops[sizeClass] = top + 1;
        return true;
    }

    /**
     * Lets the cache hand out nothing by {@link #allocate} any more, or again: its pool is closed, or allocations are to go another way. Called by any thread;
     * the owner finds out at one of its next calls, and what it took until then was valid until now.
     */
    public void revoke(boolean revoked) {
        tops[REVOKED] = revoked ? 1 : 0;
    }

    /** Whether {@link #allocate} hands out nothing any more. */
    public boolean isRevoked() {
        return tops[REVOKED] != 0;
    }

    // Refilling and giving back

    /** Room for some cells, for who takes them out. */
    public long[] scratch() {
        return scratch;
    }

    /** How many cells of a class are here, as any thread sees it. */
    public int cells(int sizeClass) {
        // Rows may be lengthened meanwhile: what is read then is a wrong figure, and never a cell.
        return Math.clamp((long) tops[sizeClass] - rows[sizeClass], 0, limits[sizeClass]);
    }

    /** How many cells of a class may be here now. */
    public int limit(int sizeClass) {
        return limits[sizeClass];
    }

    /** Where cells stand, for who refills a row: from {@link #firstSlot} on. */
    public long[] slots() {
        return slots;
    }

    /** Index of the first slot of a class that has a limit. */
    public int firstSlot(int sizeClass) {
        return rows[sizeClass] + 1;
    }

    /** Takes so many cells over, fewer than the limit, which stand at the begin of a row that was empty. */
    public void refilled(int sizeClass, int count) {
        int row = rows[sizeClass];
        slots[sizeClass] = slots[row + count];
        tops[sizeClass] = row + count;
    }

    /** Moves the oldest cells of a class out; returns how many, if there were not as many as were wanted. */
    public int removeOldest(int sizeClass, long[] into, int most) {
        int row = rows[sizeClass];
        int cells = cells(sizeClass);
        int count = Math.min(most, cells);
        int fromRow = Math.min(count, cells - 1);
        System.arraycopy(slots, row + 1, into, 0, Math.max(0, fromRow));
        if (count == cells && count > 0) {
            into[count - 1] = slots[sizeClass];
            slots[sizeClass] = 0;
        } else {
            System.arraycopy(slots, row + 1 + count, slots, row + 1, cells - 1 - count);
        }
        tops[sizeClass] = row + cells - count;
        return count;
    }

    /**
     * Lets a class hold twice as much, if that is likely to help and the budget has it.
     *
     * @param full whether its row was found full, and not empty
     * @return whether its limit is higher now
     */
    public boolean grow(int sizeClass, boolean full) {
        boolean turned = full != wasFull[sizeClass];
        wasFull[sizeClass] = full;
        return (turned || limits[sizeClass] < EASY_LIMIT) && grow(sizeClass);
    }

    private boolean grow(int sizeClass) {
        int stride = SizeClasses.strideBytes(sizeClass);
        int most = Math.clamp(CLASS_BYTES / stride, 2, MAX_LIMIT);
        int before = limits[sizeClass];
        int limit = before == 0 ? Math.min(FIRST_LIMIT, most) : Math.min(2 * before, most);
        long bytes = (long) (limit - before) * stride;
        if (limit == before || !budget.grant(grantedBytes, bytes)) {
            return false;
        }
        grantedBytes += bytes;
        if (limit > rowLimits[sizeClass]) {
            lengthenRow(sizeClass, limit);
        }
        setLimit(sizeClass, limit);
        return true;
    }

    /** Of a class that has no more cells than that. */
    private void setLimit(int sizeClass, int limit) {
        int row = rows[sizeClass];
        slots[row + limits[sizeClass]] = 0;
        limits[sizeClass] = limit;
        slots[row + limit] = FULL;
    }

    /** Lays all rows out anew: the one without a place first, then those that have some. */
    private void lengthenRow(int longer, int newLimit) {
        long[] old = slots;
        int more = newLimit - rowLimits[longer] + (rowLimits[longer] == 0 ? 1 : 0);
        long[] laidOut = new long[old.length + more];
        // Nothing can fail from here on.
        System.arraycopy(old, 0, laidOut, 0, ROWS + 1);
        slots = laidOut;
        rowLimits[longer] = newLimit;
        int row = ROWS + 1;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            if (rowLimits[sizeClass] > 0) {
                int count = tops[sizeClass] - rows[sizeClass];
                System.arraycopy(old, rows[sizeClass], laidOut, row, limits[sizeClass] + 1);
                rows[sizeClass] = row;
                tops[sizeClass] = row + count;
                row += rowLimits[sizeClass] + 1;
            }
        }
    }

    /** Lets an empty class hold nothing until it is used again. */
    public void shrink(int sizeClass) {
        long bytes = (long) limits[sizeClass] * SizeClasses.strideBytes(sizeClass);
        setLimit(sizeClass, 0);
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

    /** How many cells of a class it has handed out, refills' first ones not among them, as any thread sees it. */
    public long served(int sizeClass) {
        return slots[SERVED + sizeClass];
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
     * Notes that home was busy when a refill was due, and moves there where the thread runs now when that was so several times in a row.
     *
     * <p>Not at each refill, whose core may be any: a thread that the system moves back and forth would have cells of all arenas, and slabs half used
     * in each, and send what it frees over a queue.
     *
     * @param here the number of the arena of this core
     */
    public void homeWasBusy(int here) {
        if (here != home && ++busyRefills >= BUSY_REFILLS) {
            home = here;
            busyRefills = 0;
        }
    }

    /** Notes that home was not busy. */
    public void homeWasIdle() {
        busyRefills = 0;
    }
}
