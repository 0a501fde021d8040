package dev.ashlar.arena;

import dev.ashlar.HeapCorruptionException;
import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.SizeClasses;
import dev.ashlar.slab.SlabTable;

/** Finds out why an address inside of a slab can't be freed, and says it. Reads headers and bitmaps, under the arena's lock; writes nothing. */
final class SlabDiagnosis {
    private final String poolName;
    private final SlabTable table;
    private final Geometry geometry;

    SlabDiagnosis(String poolName, SlabTable table, Geometry geometry) {
        this.poolName = poolName;
        this.table = table;
        this.geometry = geometry;
    }

    /**
     * Why there is no live cell of the pool at this address.
     *
     * @return what to throw
     */
    RuntimeException explain(long address) {
        long head = table.slabAt(address);
        int index = table.indexAround(head, address);
        if (index < 0) {
            return of(Reason.NOT_FROM_POOL, address, "at the edge of a slab, in no cell");
        }
        long cell = table.cell(head, index);
        long code = CellHeaders.read(cell);
        String where = "cell %s of %d bytes"
                .formatted(geometry.describe(cell), SizeClasses.usableBytes(table.sizeClass(head)));
        if (table.isFree(head, index)) {
            return of(Reason.DOUBLE_FREE, address, "in a free " + where);
        }
        if (!CellHeaders.isIntact(code) || CellHeaders.sizeClass(code) != table.sizeClass(head)) {
            return address == cell
                    ? new HeapCorruptionException(
                            cell,
                            "pool '%s': %s has a damaged header, code 0x%016x (expected: 0x%016x if it is the pool's)"
                                    .formatted(poolName, where, code, CellHeaders.liveCode(table.sizeClass(head))))
                    : of(Reason.INTERIOR, address, "%d bytes into the %s".formatted(address - cell, where));
        }
        if (CellHeaders.isFree(code)) {
            return of(Reason.DOUBLE_FREE, address, "in a cached " + where);
        }
        if (address != cell) {
            return of(Reason.INTERIOR, address, "%d bytes into the live %s".formatted(address - cell, where));
        }
        return new IllegalStateException(
                "pool '%s': %s was freed and allocated again meanwhile".formatted(poolName, where));
    }

    private InvalidFreeException of(Reason reason, long address, String found) {
        return new InvalidFreeException(
                reason,
                address,
                "pool '%s': %s is %s (expected: the address of a live block of it)"
                        .formatted(poolName, geometry.describe(address), found));
    }
}
