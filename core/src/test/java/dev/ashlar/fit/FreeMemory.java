package dev.ashlar.fit;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;

/** Committed regions without a heap, for tests that place free blocks by hand. */
final class FreeMemory implements AutoCloseable {
    static final int REGION_SHIFT = 20;

    final Geometry geometry;
    final Headers headers;
    final BlockStarts starts;
    private final Reservation reservation;

    FreeMemory(int regions) {
        long bytes = (long) regions << REGION_SHIFT;
        long table = bytes / BlockStarts.BYTES_PER_TABLE_BYTE;
        OsMemory os = OsMemory.system();
        reservation = os.reserve("free", bytes + table, 1L << REGION_SHIFT);
        os.commit(reservation.address(), bytes + table);
        geometry = new Geometry(reservation.address(), REGION_SHIFT, regions);
        headers = new Headers(geometry, 0x1234_5678_9ABC_DEF0L);
        starts = new BlockStarts(geometry.base(), geometry.base() + bytes);
    }

    /** Writes the header of a free block, and marks its start. */
    void place(long block, int units) {
        headers.set(block, units, BlockLayout.FREE);
        starts.set(block);
    }

    /** Writes that a block is not free any more. */
    void occupy(long block, int units) {
        headers.set(block, units, BlockLayout.LIVE);
    }

    /** The n-th of slots that are so many bytes long. */
    long slot(int number, long slotBytes) {
        return geometry.firstBlock(0) + number * slotBytes;
    }

    @Override
    public void close() {
        reservation.close();
    }
}
