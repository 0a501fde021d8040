package dev.ashlar.slab;

import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.RegionTable;
import dev.ashlar.region.Regions;

/** Slabs over a few regions of their own, without an arena around them. */
final class SlabSpace implements AutoCloseable {
    static final int REGION_SHIFT = 20;
    static final int REGIONS = 8;

    private final OsMemory os = OsMemory.system();
    private final Reservation reservation;
    final Geometry geometry;
    final SlabTable table;
    final BlockSpace space;
    final Slabs slabs;

    SlabSpace(boolean keepEmpty, boolean wipeCells) {
        long bytes = (long) REGIONS << REGION_SHIFT;
        long tableBytes = bytes / BlockStarts.BYTES_PER_TABLE_BYTE;
        reservation = os.reserve("slabs", bytes + 2 * tableBytes, 1 << REGION_SHIFT);
        geometry = new Geometry(reservation.address(), REGION_SHIFT, REGIONS);
        Regions regions = new Regions(os, geometry, geometry.base() + bytes, 2, false, true);
        table = new SlabTable(geometry, geometry.base() + bytes + tableBytes);
        space = new BlockSpace(os, geometry, geometry.base() + bytes, 42, new RegionTable(regions, geometry, 0),
                wipeCells);
        slabs = new Slabs(table, space, keepEmpty, wipeCells);
    }

    /** Makes all regions' memory and tables writable, for who lays out slabs by hand. */
    void commitAll() {
        os.commit(reservation.address(), reservation.byteSize());
    }

    void validate() {
        dev.ashlar.region.BlockValidator.validate(space);
        SlabValidator.validate(slabs, space);
    }

    @Override
    public void close() {
        reservation.close();
    }
}
