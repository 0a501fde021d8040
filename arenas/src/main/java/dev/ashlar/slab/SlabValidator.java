package dev.ashlar.slab;

import dev.ashlar.BlockState;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.Memory;
import dev.ashlar.region.BlockSpace;

/**
 * Recomputes everything about an arena's slabs from a walk over its blocks, and compares it with bitmaps, lists and counters. O(blocks and
 * cells).
 */
public final class SlabValidator {
    private final Slabs slabs;
    private final SlabTable table;
    private final long[] taken = new long[SizeClasses.COUNT];
    private final long[] found = new long[SizeClasses.COUNT];
    private final long[] listed = new long[SizeClasses.COUNT];
    private final long[] empty = new long[SizeClasses.COUNT];
    private long liveCells;
    private long liveBytes;
    private long cells;
    private long slabBytes;

    private SlabValidator(Slabs slabs) {
        this.slabs = slabs;
        table = slabs.table();
    }

    /**
     * What the walk found out about cells.
     *
     * @param liveCells whose header says that somebody holds them
     * @param liveBytes usable bytes of those
     */
    public record Cells(long liveCells, long liveBytes) {}

    /**
     * Validates the slabs of an arena whose blocks are valid.
     *
     * @return the cells that callers hold; exact when nobody allocates or frees
     * @throws HeapCorruptionException about the first thing that is not as it must be
     */
    public static Cells validate(Slabs slabs, BlockSpace space) {
        SlabValidator validator = new SlabValidator(slabs);
        space.walk((address, usableBytes, state) -> validator.visit(address, usableBytes, state));
        validator.compare();
        return new Cells(validator.liveCells, validator.liveBytes);
    }

    private void visit(long block, long usableBytes, BlockState state) {
        long head = table.slabAt(block);
        if (state != BlockState.LIVE) {
            expect(head == 0 || table.start(head) != block, block, "a slab, and " + state);
            return;
        }
        if (head == 0 || table.start(head) != block) {
            return;
        }
        int sizeClass = table.sizeClass(head);
        int slots = table.slots(head);
        expect(sizeClass >= 0 && sizeClass < SizeClasses.COUNT, block, "a slab of size class " + sizeClass);
        expect(
                usableBytes / SlabTable.SLOT_BYTES == slots
                        || usableBytes == (long) slots * SlabTable.SLOT_BYTES - BlockLayout.HEADER_BYTES,
                block,
                "a slab of %d slots in a block of %d usable bytes".formatted(slots, usableBytes));
        expect(
                table.cells(head) == SlabTable.cellsIn(sizeClass, slots),
                block,
                "a slab of %d cells (expected: %d)".formatted(table.cells(head), SlabTable.cellsIn(sizeClass, slots)));
        for (int slot = 1; slot < slots; slot++) {
            expect(table.slabAt(block + (long) slot * SlabTable.SLOT_BYTES) == head, block,
                    "a slab that its slot " + slot + " is not of");
        }
        found[sizeClass]++;
        cells += table.cells(head);
        slabBytes += usableBytes;
        visitCells(head, sizeClass, slots);
    }

    private void visitCells(long head, int sizeClass, int slots) {
        int free = 0;
        for (int word = 0; word < slots * Long.BYTES; word++) {
            long bits = Memory.getLong(table.bitmapWord(head, word));
            free += Long.bitCount(bits);
            expect(
                    bits == 0 || word >= table.hint(head),
                    table.start(head),
                    "a slab with a free cell in word %d before its hint %d".formatted(word, table.hint(head)));
        }
        int seen = 0;
        for (int index = 0; index < table.cells(head); index++) {
            long cell = table.cell(head, index);
            long code = CellHeaders.read(cell);
            boolean live = CellHeaders.isLive(code);
            if (table.isFree(head, index)) {
                seen++;
                expect(!live, cell, "live, and free in its slab");
            } else if (live) {
                expect(CellHeaders.sizeClass(code) == sizeClass, cell, "of class " + CellHeaders.sizeClass(code));
                liveCells++;
                liveBytes += SizeClasses.usableBytes(sizeClass);
            }
        }
        expect(seen == free, table.start(head), "a slab whose bitmap marks cells that it does not have");
        expect(
                free == table.freeCells(head),
                table.start(head),
                "a slab that counts %d free cells (expected: %d, from its bitmap)".formatted(table.freeCells(head),
                        free));
        taken[sizeClass] += table.cells(head) - free;
        if (free == table.cells(head)) {
            empty[sizeClass]++;
        }
        if (free > 0) {
            listed[sizeClass]++;
        }
    }

    private void compare() {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            String of = "size class " + sizeClass + ": ";
            equal(of + "slabs", slabs.slabs(sizeClass), found[sizeClass]);
            equal(of + "taken cells", slabs.taken(sizeClass), taken[sizeClass]);
            equal(of + "empty slabs", slabs.empty(sizeClass), empty[sizeClass]);
            long kept = slabs.kept(sizeClass);
            expect(
                    kept == 0
                            || (table.sizeClass(kept) == sizeClass && table.freeCells(kept) == table.cells(kept)),
                    kept == 0 ? 0 : table.start(kept),
                    "kept as the empty slab of size class %d, and is not that".formatted(sizeClass));
            equal(of + "listed slabs", countListed(sizeClass), listed[sizeClass]);
        }
        long takenCells = 0;
        long takenBytes = 0;
        long slabBlocks = 0;
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            takenCells += taken[sizeClass];
            takenBytes += taken[sizeClass] * SizeClasses.usableBytes(sizeClass);
            slabBlocks += found[sizeClass];
        }
        equal("taken cells", slabs.takenCells(), takenCells);
        equal("taken bytes", slabs.takenBytes(), takenBytes);
        equal("slab blocks", slabs.slabBlocks(), slabBlocks);
        equal("cells", slabs.cells(), cells);
        equal("slab bytes", slabs.slabBytes(), slabBytes);
    }

    private long countListed(int sizeClass) {
        long count = 0;
        long previous = 0;
        for (long head = slabs.firstPartial(sizeClass); head != 0; head = table.next(head)) {
            expect(table.previous(head) == previous, table.start(head), "a slab whose list does not lead back");
            expect(table.sizeClass(head) == sizeClass, table.start(head), "a slab in the list of class " + sizeClass);
            expect(table.freeCells(head) > 0, table.start(head), "a full slab in the list of its class");
            expect(count++ < slabs.slabs(sizeClass), table.start(head), "a slab in a list that leads in a circle");
            previous = head;
        }
        return count;
    }

    private static void expect(boolean holds, long address, String found) {
        if (!holds) {
            throw new HeapCorruptionException(address, "0x%x is %s".formatted(address, found));
        }
    }

    private static void equal(String what, long counted, long walked) {
        if (counted != walked) {
            throw new HeapCorruptionException(
                    0, "%s: %d as counted (expected: %d, from the walk)".formatted(what, counted, walked));
        }
    }
}
