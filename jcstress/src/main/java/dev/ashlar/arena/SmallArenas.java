package dev.ashlar.arena;

import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.RegionTable;
import dev.ashlar.region.Regions;
import dev.ashlar.slab.SlabTable;

/**
 * Two arenas over one region, for a state of jcstress: thousands of them stand side by side in one reservation, as a reservation for each would
 * cost more than what is tested. {@link #close} makes the place fit for the next one.
 */
final class SmallArenas {
    /** Seven cells of it are a slab, which is the fewest that a slab has. */
    static final int LARGE_CELLS = SizeClasses.COUNT - 1;

    private static final int PLACES = 1 << 13;
    private static final int REGION_SHIFT = 20;
    private static final long REGION_BYTES = 1L << REGION_SHIFT;
    private static final long PLACE_BYTES = 2 * REGION_BYTES;
    private static final long TABLE_BYTES = REGION_BYTES / BlockStarts.BYTES_PER_TABLE_BYTE;
    private static final OsMemory OS = OsMemory.posix();
    private static final Reservation RANGE = OS.reserve("jcstress", PLACES * PLACE_BYTES, REGION_BYTES);
    private static final ConcurrentLinkedQueue<Long> FREE_PLACES = new ConcurrentLinkedQueue<>();

    static {
        // At once: each place for itself would be thousands of mappings.
        OS.commit(RANGE.address(), RANGE.byteSize());
        for (long place = 0; place < PLACES; place++) {
            FREE_PLACES.add(RANGE.address() + place * PLACE_BYTES);
        }
    }

    final CoreArena first;
    final CoreArena second;
    private final Geometry geometry;

    SmallArenas() {
        geometry = new Geometry(Objects.requireNonNull(FREE_PLACES.poll(), "no place is free"), REGION_SHIFT, 1);
        Regions regions = new Regions(OS, geometry, geometry.base() + REGION_BYTES, 2, false, true);
        SlabTable slabs = new SlabTable(geometry, geometry.base() + REGION_BYTES + TABLE_BYTES);
        SpareBatches spare = new SpareBatches();
        first = arena(0, regions, slabs, spare);
        second = arena(1, regions, slabs, spare);
    }

    private CoreArena arena(int number, Regions regions, SlabTable slabs, SpareBatches spare) {
        BlockSpace space = new BlockSpace(
                OS,
                geometry,
                geometry.base() + REGION_BYTES,
                1,
                new RegionTable(regions, geometry, number),
                false);
        return new CoreArena(number, "jcstress", space, slabs, true, false, spare);
    }

    long cellOf(CoreArena arena) {
        long cell = arena.serveCells(LARGE_CELLS, null, 1, true, true);
        CellHeaders.write(cell, CellHeaders.freeCode(LARGE_CELLS));
        return cell;
    }

    static CellBatch batchOf(long cell) {
        CellBatch batch = new CellBatch();
        batch.begin(LARGE_CELLS);
        batch.add(cell);
        return batch;
    }

    /** A block that takes all that the region has to itself. */
    static long wholeRegion(CoreArena arena, boolean grow) {
        return arena.serveBlock((REGION_BYTES - BlockLayout.EDGE_BYTES) >> BlockLayout.UNIT_SHIFT, 16, 0, grow, true);
    }

    /** Leaves an arena so many cells, all of one slab, and nothing to make a slab of. */
    static void leaveCells(CoreArena arena, int count) {
        long[] taken = new long[CellBatch.CAPACITY];
        int cells = 0;
        taken[cells++] = arena.serveCells(LARGE_CELLS, null, 1, true, true);
        for (long bytes = REGION_BYTES / 2; bytes >= BlockLayout.UNIT_BYTES * 2L; bytes /= 2) {
            while (arena.serveBlock(bytes >> BlockLayout.UNIT_SHIFT, 16, 0, false, true) != 0) {
                // Until there is none of this size.
            }
        }
        for (long cell = serveCell(arena); cell != 0; cell = serveCell(arena)) {
            taken[cells++] = cell;
        }
        arena.takeBack(LARGE_CELLS, taken, count);
    }

    /** A cell, if there is one. */
    static long serveCell(CoreArena arena) {
        return arena.serveCells(LARGE_CELLS, null, 1, false, true);
    }

    /** Checks both, and gives the place back: how many cells are not in their slabs. */
    long close() {
        first.drainQueue(true);
        second.drainQueue(true);
        first.view().validate();
        second.view().validate();
        ArenaFigures one = first.view().figures();
        ArenaFigures other = second.view().figures();
        if (one.doubleFrees() + other.doubleFrees() != 0 || one.fenced() || other.fenced()) {
            throw new IllegalStateException("double frees or damage: " + one + ", " + other + " (expected: none)");
        }
        OS.purge(geometry.base(), PLACE_BYTES);
        FREE_PLACES.add(geometry.base());
        return one.takenCells() + other.takenCells();
    }
}
