package dev.ashlar.slab;

import java.util.TreeSet;

import dev.ashlar.block.SizeClasses;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Where the cells of every class lie in slabs of every length, and their bitmaps. */
class SlabTableTest {
    private static final int[] SLOTS = {1, 2, 4};

    private final SlabSpace space = new SlabSpace(true, false);
    private final SlabTable table = space.table;

    SlabTableTest() {
        space.commitAll();
    }

    @AfterEach
    void close() {
        space.close();
    }

    private interface Each {
        void see(long head, long start, int sizeClass, int slots);
    }

    /** Slabs at the begin of a region, in its middle, and at its very end. */
    private void forEachSlab(Each each) {
        for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
            for (int slots : SLOTS) {
                if (SlabTable.cellsIn(sizeClass, slots) == 0) {
                    continue;
                }
                long bytes = (long) slots * SlabTable.SLOT_BYTES;
                for (long offset : new long[] {SlabTable.SLOT_BYTES, 5 * SlabTable.SLOT_BYTES, (3L << 20) - bytes}) {
                    long start = space.geometry.base() + offset;
                    long head = table.create(start, sizeClass, slots);
                    each.see(head, start, sizeClass, slots);
                    table.erase(head);
                    assertEquals(0, table.slabAt(start));
                }
            }
        }
    }

    @Test
    void create_everyClass_cellsFitAndAreAlignedAsFarAsTheirStrideAllows() {
        forEachSlab((head, start, sizeClass, slots) -> {
            long stride = SizeClasses.strideBytes(sizeClass);
            int cells = table.cells(head);
            assertTrue(cells > 0);
            assertEquals(cells, table.freeCells(head));
            assertEquals(sizeClass, table.sizeClass(head));
            assertEquals(slots, table.slots(head));
            assertEquals(start, table.start(head));
            for (int index = 0; index < cells; index++) {
                long cell = table.cell(head, index);
                assertEquals(0, cell % Long.lowestOneBit(stride), "alignment");
                assertTrue(cell - 8 >= start, "the header lies in the slab");
                // Up to where the next block's header may begin.
                assertTrue(
                        cell + SizeClasses.usableBytes(sizeClass) <= start + (long) slots * SlabTable.SLOT_BYTES - 8);
                assertTrue(table.isFree(head, index));
                assertEquals(index == 0 ? table.cell(head, 0) : table.cell(head, index - 1) + stride, cell);
            }
        });
    }

    @Test
    void indexOf_everyAddress_isExact() {
        forEachSlab((head, start, sizeClass, slots) -> {
            long end = start + (long) slots * SlabTable.SLOT_BYTES;
            int next = 0;
            for (long address = start; address < end; address += 8) {
                assertEquals(head, table.slabAt(address));
                boolean isCell = next < table.cells(head) && address == table.cell(head, next);
                assertEquals(isCell ? next : -1, table.indexOf(head, address));
                assertEquals(-1, table.indexOf(head, address + 1));
                next += isCell ? 1 : 0;
            }
            assertEquals(table.cells(head), next);
            for (long outside : new long[] {start - 8, start - 16, end, end + 16, 0, -16, Long.MIN_VALUE}) {
                assertEquals(-1, table.indexOf(head, outside));
            }
        });
    }

    @Test
    void indexAround_everyAddress_isTheCellItLiesIn() {
        forEachSlab((head, start, sizeClass, slots) -> {
            long stride = SizeClasses.strideBytes(sizeClass);
            for (int index = 0; index < table.cells(head); index += 7) {
                long cell = table.cell(head, index);
                for (long address : new long[] {cell, cell + 1, cell + stride - 1}) {
                    assertEquals(index, table.indexAround(head, address));
                }
            }
            assertEquals(-1, table.indexAround(head, start));
        });
    }

    /** The lowest free cells, and the lowest of them last, so that a stack hands them out upwards. */
    @Test
    void take_some_inAddressOrderTheLowestLast() {
        forEachSlab((head, start, sizeClass, slots) -> {
            TreeSet<Long> free = new TreeSet<>();
            for (int index = 0; index < table.cells(head); index++) {
                free.add(table.cell(head, index));
            }
            long[] into = new long[table.cells(head) + 2];
            for (int count = 1; !free.isEmpty(); count = Math.min(free.size(), count + 3)) {
                table.take(head, into, 1, count);
                for (int i = count; i >= 1; i--) {
                    assertEquals(free.pollFirst(), into[i]);
                }
                assertEquals(free.size(), table.freeCells(head));
                if (free.isEmpty()) {
                    break;
                }
                count = Math.min(count, free.size() - 3);
                count = Math.max(count, 0);
            }
            assertEquals(0, into[0], "before the first index");
        });
    }

    @Test
    void put_cell_isTheNextToBeTaken_putAgain_isRefused() {
        forEachSlab((head, start, sizeClass, slots) -> {
            int cells = table.cells(head);
            long[] all = new long[cells];
            table.take(head, all, 0, cells);
            for (int index : new int[] {cells - 1, cells / 2, 0}) {
                assertFalse(table.isFree(head, index));
                assertTrue(table.put(head, index));
                assertFalse(table.put(head, index));
                assertTrue(table.isFree(head, index));
                table.setFreeCells(head, 1);
                long[] one = new long[1];
                table.take(head, one, 0, 1);
                assertEquals(table.cell(head, index), one[0]);
                assertEquals(0, table.freeCells(head));
            }
        });
    }
}
