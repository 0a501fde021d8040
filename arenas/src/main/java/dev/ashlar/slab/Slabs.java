package dev.ashlar.slab;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.region.BlockSpace;

/**
 * The slabs of one arena: hands out their free cells and takes cells back.
 *
 * <p>For each size class, in cells:
 *
 * <pre>{@code
 *     taken == sum over its slabs of (cells - free)
 *     a slab is in its class's list exactly while it has a free cell;  empty() of the listed ones have no other
 * }</pre>
 *
 * <p>A slab is as large as its class can use: one slot at first, up to four as the class holds more. A slab whose last cell comes back
 * is a free block again, at once or when its class has another empty one, as the arena wishes.
 *
 * <p>Guarded by the arena's lock. {@link #take} and {@link #putRun} are O(1) for each cell.
 */
public final class Slabs {
    /** Fewer cells than this are not worth a slab. */
    private static final int LEAST_CELLS = 7;

    private final SlabTable table;
    private final BlockSpace space;
    private final boolean keepEmpty;
    private final boolean wipeCells;
    private final long[] partial = new long[SizeClasses.COUNT];
    private final int[] empty = new int[SizeClasses.COUNT];
    private final long[] kept = new long[SizeClasses.COUNT];
    private final long[] taken = new long[SizeClasses.COUNT];
    private final long[] slabs = new long[SizeClasses.COUNT];
    private long takenBytes;
    private long takenCells;
    private long cells;
    private long cellBytes;
    private long slabBlocks;
    private long slabUnits;
    private long doubleFrees;
    private int runEnd;

    /**
     * No slab yet.
     *
     * @param table of the reservation
     * @param space of the arena, which slabs are carved from
     * @param keepEmpty whether each class may keep one empty slab
     * @param wipeCells whether cells' headers are zeroed when their slab becomes a free block
     */
    public Slabs(SlabTable table, BlockSpace space, boolean keepEmpty, boolean wipeCells) {
        this.table = table;
        this.space = space;
        this.keepEmpty = keepEmpty;
        this.wipeCells = wipeCells;
    }

    /** The table that these slabs are in. */
    public SlabTable table() {
        return table;
    }

    /**
     * Takes free cells of one slab, in address order: from a slab that has some, else from a new one.
     *
     * @param sizeClass of the cells
     * @param into gets their addresses, the lowest last
     * @param from the first index there
     * @param most how many are wanted
     * @param grow whether a new slab may take a region into use
     * @return how many were taken; 0 if no slab has one and there is no room for a slab
     * @throws dev.ashlar.OsException if the operating system refuses to commit a region
     */
    public int take(int sizeClass, long[] into, int from, int most, boolean grow) {
        long head = partial[sizeClass];
        if (head == 0) {
            head = create(sizeClass, grow);
            if (head == 0) {
                return 0;
            }
        }
        int free = table.freeCells(head);
        int count = Math.min(most, free);
        if (free == table.cells(head)) {
            notEmpty(head, sizeClass);
        }
        table.take(head, into, from, count);
        if (count == free) {
            unlink(head, sizeClass);
        }
        countTaken(sizeClass, count);
        return count;
    }

    private void countTaken(int sizeClass, int count) {
        taken[sizeClass] += count;
        takenCells += count;
        takenBytes += (long) count * SizeClasses.usableBytes(sizeClass);
    }

    private long create(int sizeClass, boolean grow) {
        int least = leastSlots(sizeClass);
        int wanted = Math.max(least, slotsFor(taken[sizeClass] * SizeClasses.strideBytes(sizeClass)));
        long start = carve(wanted);
        int slots = wanted;
        if (start == 0 && least < wanted) {
            start = carve(least);
            slots = least;
        }
        if (start == 0 && grow) {
            start = space.grow(unitsOf(wanted), SlabTable.SLOT_BYTES);
            slots = wanted;
        }
        if (start == 0) {
            return 0;
        }
        long head = table.create(start, sizeClass, slots);
        slabs[sizeClass]++;
        slabBlocks++;
        slabUnits += blockUnits(start);
        cells += table.cells(head);
        cellBytes += (long) table.cells(head) * SizeClasses.usableBytes(sizeClass);
        empty[sizeClass]++;
        link(head, sizeClass);
        return head;
    }

    private long carve(int slots) {
        return space.carve(unitsOf(slots), SlabTable.SLOT_BYTES);
    }

    private static int unitsOf(int slots) {
        return slots << (SlabTable.SLOT_SHIFT - BlockLayout.UNIT_SHIFT);
    }

    /** Units of a slab's block: one more than its slots where the rest of a free block would have been none. */
    private long blockUnits(long start) {
        return space.unitsOf(start, space.headers().word(start));
    }

    private static int leastSlots(int sizeClass) {
        int slots = 1;
        while (slots < SlabTable.MAX_SLOTS && SlabTable.cellsIn(sizeClass, slots) < LEAST_CELLS) {
            slots <<= 1;
        }
        return slots;
    }

    /** A slab is to be at most a half of what its class holds. */
    private static int slotsFor(long heldBytes) {
        int slots = 1;
        while (slots < SlabTable.MAX_SLOTS && (long) slots * SlabTable.SLOT_BYTES * 4 <= heldBytes) {
            slots <<= 1;
        }
        return slots;
    }

    /**
     * Puts cells of one class back into their slab, as many in a row as are of the same one: they often are, and then most of the work is done once.
     *
     * @param sizeClass of the cells
     * @param cells the first of them is of a slab of this arena
     * @param from its index
     * @param to behind the last index that may be looked at
     * @return the index behind the last cell of this slab, which is the next to go on with also when this throws
     * @throws HeapCorruptionException if no slab of this arena has the first cell, or a merge found damage
     */
    public int putRun(int sizeClass, long[] cells, int from, int to) {
        runEnd = from + 1;
        long head = table.slabAt(cells[from]);
        if (head == 0 || table.sizeClass(head) != sizeClass || table.indexOf(head, cells[from]) < 0) {
            throw new HeapCorruptionException(
                    cells[from],
                    "cell 0x%x is in no slab of size class %d (expected: in one of its arena)"
                            .formatted(cells[from], sizeClass));
        }
        int added = 0;
        int at = from;
        for (int index = table.indexOf(head, cells[at]); index >= 0;) {
            if (table.put(head, index)) {
                added++;
            } else {
                doubleFrees++;
            }
            index = ++at < to ? table.indexOf(head, cells[at]) : -1;
        }
        runEnd = at;
        if (added > 0) {
            put(head, sizeClass, added);
        }
        return at;
    }

    private void put(long head, int sizeClass, int added) {
        int free = table.freeCells(head) + added;
        table.setFreeCells(head, free);
        countTaken(sizeClass, -added);
        if (free == added) {
            link(head, sizeClass);
        }
        if (free == table.cells(head)) {
            emptied(head, sizeClass);
        }
    }

    /** Where the last {@link #putRun} ended. */
    public int runEnd() {
        return runEnd;
    }

    /** How many cells came back that their slab had already: somebody freed them twice. */
    public long doubleFrees() {
        return doubleFrees;
    }

    private void emptied(long head, int sizeClass) {
        empty[sizeClass]++;
        if (empty[sizeClass] > (keepEmpty ? 1 : 0)) {
            release(head, sizeClass);
        } else {
            kept[sizeClass] = head;
        }
    }

    private void notEmpty(long head, int sizeClass) {
        empty[sizeClass]--;
        if (kept[sizeClass] == head) {
            kept[sizeClass] = 0;
        }
    }

    private void release(long head, int sizeClass) {
        long start = table.start(head);
        int word = space.headers().word(start);
        space.checkFree(start, word);
        unlink(head, sizeClass);
        notEmpty(head, sizeClass);
        slabs[sizeClass]--;
        slabBlocks--;
        slabUnits -= blockUnits(start);
        cells -= table.cells(head);
        cellBytes -= (long) table.cells(head) * SizeClasses.usableBytes(sizeClass);
        for (int index = 0; wipeCells && index < table.cells(head); index++) {
            CellHeaders.erase(table.cell(head, index));
        }
        table.erase(head);
        space.free(start, word);
    }

    /**
     * Makes free blocks of the slabs that are empty.
     *
     * @return bytes of those blocks
     */
    public long releaseEmpty() {
        long bytes = 0;
        for (int sizeClass = 0; sizeClass < partial.length; sizeClass++) {
            bytes += releaseEmpty(sizeClass);
        }
        return bytes;
    }

    /**
     * Makes free blocks of the slabs of a class that are empty: O(1), as one is kept at most, and its place known. Only if damage kept an earlier one from
     * becoming a free block is the class's list searched.
     *
     * @return bytes of those blocks
     */
    public long releaseEmpty(int sizeClass) {
        long units = slabUnits;
        if (kept[sizeClass] != 0) {
            release(kept[sizeClass], sizeClass);
        }
        for (long head = partial[sizeClass]; head != 0 && empty[sizeClass] > 0;) {
            long next = table.next(head);
            if (table.freeCells(head) == table.cells(head)) {
                release(head, sizeClass);
            }
            head = next;
        }
        return (units - slabUnits) << BlockLayout.UNIT_SHIFT;
    }

    private void link(long head, int sizeClass) {
        long next = partial[sizeClass];
        table.setNext(head, next);
        table.setPrevious(head, 0);
        if (next != 0) {
            table.setPrevious(next, head);
        }
        partial[sizeClass] = head;
    }

    private void unlink(long head, int sizeClass) {
        long next = table.next(head);
        long previous = table.previous(head);
        if (previous == 0) {
            partial[sizeClass] = next;
        } else {
            table.setNext(previous, next);
        }
        if (next != 0) {
            table.setPrevious(next, previous);
        }
    }

    /** The first slab with a free cell of a class, or 0. */
    long firstPartial(int sizeClass) {
        return partial[sizeClass];
    }

    /** How many listed slabs of a class are empty. */
    int empty(int sizeClass) {
        return empty[sizeClass];
    }

    /** The empty slab that a class keeps, or 0. */
    long kept(int sizeClass) {
        return kept[sizeClass];
    }

    /** How many empty slabs all classes keep. */
    public long emptySlabs() {
        long sum = 0;
        for (int count : empty) {
            sum += count;
        }
        return sum;
    }

    /** How many slabs a class has. */
    long slabs(int sizeClass) {
        return slabs[sizeClass];
    }

    /** How many cells of a class are not in their slabs. */
    public long taken(int sizeClass) {
        return taken[sizeClass];
    }

    /** Usable bytes of the cells that are not in their slabs. */
    public long takenBytes() {
        return takenBytes;
    }

    /** How many cells are not in their slabs. */
    public long takenCells() {
        return takenCells;
    }

    /** How many cells all slabs have. */
    public long cells() {
        return cells;
    }

    /** Usable bytes of all cells. */
    public long cellBytes() {
        return cellBytes;
    }

    /** How many blocks are slabs. */
    public long slabBlocks() {
        return slabBlocks;
    }

    /** Bytes of the blocks that are slabs, with their headers. */
    public long blockBytes() {
        return slabUnits << BlockLayout.UNIT_SHIFT;
    }

    /** Usable bytes of the blocks that are slabs. */
    public long slabBytes() {
        return (slabUnits << BlockLayout.UNIT_SHIFT) - slabBlocks * BlockLayout.HEADER_BYTES;
    }

    /** Bytes of slabs that no cell has. */
    public long tailBytes() {
        return slabBytes() - cellBytes - cells * BlockLayout.HEADER_BYTES;
    }
}
