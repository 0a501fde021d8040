package dev.ashlar.stress;

import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.SpareBatches;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.RegionTable;
import dev.ashlar.region.Regions;
import dev.ashlar.slab.SlabTable;

/** Two arenas over four regions without a pool around them, so that a test decides which of them is asked. */
final class TwoArenas implements AutoCloseable {
    private static final int REGION_SHIFT = 20;
    private static final int REGIONS = 4;
    private static final long REGION_BYTES = (long) REGIONS << REGION_SHIFT;
    private static final long TABLE_BYTES = REGION_BYTES / BlockStarts.BYTES_PER_TABLE_BYTE;

    private final OsMemory os = OsMemory.system();
    private final Reservation range = os.reserve("two arenas", REGION_BYTES + 2 * TABLE_BYTES, 1 << REGION_SHIFT);
    private final Geometry geometry = new Geometry(range.address(), REGION_SHIFT, REGIONS);
    private final Regions regions = new Regions(os, geometry, geometry.base() + REGION_BYTES, 2, false, true);
    private final SlabTable slabs = new SlabTable(geometry, geometry.base() + REGION_BYTES + TABLE_BYTES);
    private final SpareBatches spare = new SpareBatches();
    final CoreArena first = arena(0);
    final CoreArena second = arena(1);

    private CoreArena arena(int number) {
        BlockSpace space = new BlockSpace(
                os, geometry, geometry.base() + REGION_BYTES, 1, new RegionTable(regions, geometry, number), false);
        return new CoreArena(number, "two arenas", space, slabs, true, false, spare);
    }

    @Override
    public void close() {
        first.view().validate();
        second.view().validate();
        range.close();
    }
}
