package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.Coalescing;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.SpareBatches;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.os.Cores;
import dev.ashlar.os.Reservation;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.FreeDiagnosis;
import dev.ashlar.region.Guards;
import dev.ashlar.region.RegionTable;
import dev.ashlar.region.Regions;
import dev.ashlar.slab.SlabTable;
import org.jspecify.annotations.Nullable;

/**
 * The arenas of a pool over its one reservation, and who of them has an address.
 *
 * <pre>{@code
 *     reservation  |  regions  |  table of block starts, 1/128 of them  |  table of slabs, 1/128 of them  |
 * }</pre>
 */
final class ArenaGroup {
    private static final int TABLES = 2;

    private final Reservation reservation;
    private final Geometry geometry;
    private final Regions regions;
    private final SlabTable slabs;
    private final SpareBatches spare = new SpareBatches();
    private final CoreArena[] arenas;
    private final Headers blockHeaders;
    private final FreeDiagnosis diagnosis;

    ArenaGroup(PoolSettings settings) {
        long regionBytes = settings.capacityBytes();
        long tableBytes = regionBytes / BlockStarts.BYTES_PER_TABLE_BYTE;
        reservation = settings.os()
                .reserve(settings.name(), regionBytes + TABLES * tableBytes, 1L << settings.regionShift());
        geometry = new Geometry(reservation.address(), settings.regionShift(), settings.regionCount());
        long starts = reservation.address() + regionBytes;
        regions = new Regions(settings.os(), geometry, starts, TABLES, settings.hugePages(), true);
        slabs = new SlabTable(geometry, starts + tableBytes);
        arenas = new CoreArena[settings.arenas()];
        blockHeaders = new Headers(geometry, settings.secret());
        diagnosis = new FreeDiagnosis(
                "pool '" + settings.name() + "'",
                new BlockSpace(
                        settings.os(),
                        geometry,
                        starts,
                        settings.secret(),
                        new RegionTable(regions, geometry, arenas.length),
                        false));
        for (int i = 0; i < arenas.length; i++) {
            BlockSpace space = new BlockSpace(
                    settings.os(),
                    geometry,
                    starts,
                    settings.secret(),
                    new RegionTable(regions, geometry, i),
                    settings.hardened());
            // Switches are told by the worker, who has no lock then.
            space.adaptive().configure(settings.favour(), i, System::nanoTime, _ -> {});
            space.policy(settings.policy());
            boolean keepEmpty = settings.coalescing() == Coalescing.DEFERRED;
            arenas[i] = new CoreArena(i, settings.name(), space, slabs, keepEmpty, settings.hardened(), spare);
        }
    }

    /** New guards for the blocks of this pool. */
    Guards guards() {
        return new Guards(geometry, blockHeaders, reservation);
    }

    /** Says what an address is that is no arena's. */
    FreeDiagnosis diagnosis() {
        return diagnosis;
    }

    /** Why no block can begin at an address: by the arena that has its region, if one has. */
    RuntimeException explain(long address) {
        int owner = geometry.contains(address) ? regions.ownerOf(geometry.regionAt(address)) : Regions.NOBODY;
        return owner == Regions.NOBODY ? diagnosis.explain(address) : arenas[owner].diagnose(address);
    }

    Reservation reservation() {
        return reservation;
    }

    Geometry geometry() {
        return geometry;
    }

    Regions regions() {
        return regions;
    }

    SlabTable slabs() {
        return slabs;
    }

    SpareBatches spare() {
        return spare;
    }

    int count() {
        return arenas.length;
    }

    CoreArena get(int number) {
        return arenas[number];
    }

    /** The number of the arena of the core that this thread runs on. */
    int here() {
        return arenas.length == 1 ? 0 : Cores.current() % arenas.length;
    }

    /** The arena whose region a block or cell is in, or null. The answer is lasting if the block is live. */
    @Nullable
    CoreArena ownerOf(long block) {
        int owner = regions.ownerOf(geometry.regionOf(block));
        return owner == Regions.NOBODY ? null : arenas[owner];
    }

    List<ArenaFigures> figures() {
        List<ArenaFigures> figures = new ArrayList<>(arenas.length);
        for (CoreArena arena : arenas) {
            figures.add(arena.figures());
        }
        return figures;
    }
}
