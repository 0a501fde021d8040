package dev.ashlar.region;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import dev.ashlar.os.Reservation;
import dev.ashlar.testing.FaultyOs;

/** A space of eight regions of 1 MiB that begins at a multiple of 64 MiB, without a heap above it. Validated when it is closed, too. */
final class SpaceFixture implements AutoCloseable {
    static final int REGIONS = 8;
    static final long REGION = 1L << 20;
    static final int REGION_UNITS = (int) ((REGION - BlockLayout.EDGE_BYTES) / BlockLayout.UNIT_BYTES);

    final FaultyOs os = new FaultyOs(OsMemory.system());
    final Geometry geometry;
    final BlockSpace space;
    private final Reservation reservation;

    SpaceFixture() {
        long bytes = REGIONS * REGION;
        reservation = os.reserve("space", bytes + bytes / BlockStarts.BYTES_PER_TABLE_BYTE, 64L << 20);
        geometry = new Geometry(reservation.address(), 20, REGIONS);
        space = new BlockSpace(os, geometry, geometry.base() + bytes, 77, false, false);
    }

    /** Carves from what is free, or from more regions; 0 if neither has room. */
    long allocate(long units, long alignment) {
        long block = space.carve(units, alignment);
        return block != 0 ? block : space.grow(units, alignment);
    }

    void free(long block) {
        space.free(block, space.headers().word(block));
        validate();
    }

    boolean resize(long block, long units) {
        boolean resized = space.resize(block, space.headers().word(block), units);
        validate();
        return resized;
    }

    long units(long block) {
        return space.unitsOf(block, space.headers().word(block));
    }

    void validate() {
        BlockValidator.validate(space);
    }

    /** The walk, each block as {@code offset state units}. */
    List<String> walk() {
        List<String> blocks = new ArrayList<>();
        space.walk((address, usableBytes, state) -> blocks.add("0x%x %s %d"
                .formatted(address - geometry.base(), state, (usableBytes + 8) / BlockLayout.UNIT_BYTES)));
        return blocks;
    }

    @Override
    public void close() {
        try {
            validate();
        } finally {
            reservation.close();
        }
    }
}
