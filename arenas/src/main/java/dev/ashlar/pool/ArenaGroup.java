package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import dev.ashlar.Coalescing;
import dev.ashlar.FitPolicy;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.SpareBatches;
import dev.ashlar.block.BlockStarts;
import dev.ashlar.block.Geometry;
import dev.ashlar.block.Headers;
import dev.ashlar.lock.LockRank;
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
    private final PoolSettings settings;

    /** The arena of movable blocks, once there are any. */
    private volatile @Nullable CoreArena movable;

    ArenaGroup(PoolSettings settings) {
        this.settings = settings;
        long regionBytes = settings.capacityBytes();
        long tableBytes = regionBytes / BlockStarts.BYTES_PER_TABLE_BYTE;
        reservation = settings.os()
                .reserve(settings.name(), regionBytes + TABLES * tableBytes, 1L << settings.regionShift());
        geometry = new Geometry(reservation.address(), settings.regionShift(), settings.regionCount());
        long starts = reservation.address() + regionBytes;
        regions = new Regions(settings.os(), geometry, starts, TABLES, settings.hugePages(), true);
        regions.listener(new RegionEvents(settings.name(), geometry, regions));
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
            BlockSpace space = newSpace(i);
            // Switches are told by the worker, who has no lock then.
            space.adaptive().configure(settings.favour(), i, System::nanoTime, _ -> {});
            space.policy(settings.policy());
            boolean keepEmpty = settings.coalescing() == Coalescing.DEFERRED;
            arenas[i] = new CoreArena(i, settings.name(), space, slabs, keepEmpty, settings.hardened(), spare);
        }
    }

    private BlockSpace newSpace(int number) {
        return new BlockSpace(
                settings.os(),
                geometry,
                reservation.address() + settings.capacityBytes(),
                settings.secret(),
                new RegionTable(regions, geometry, number),
                settings.hardened());
    }

    /**
     * The arena of movable blocks, beside the others: nobody is served from it but who asks for a movable block. Made when it is first asked for; closed
     * if {@code closed} says so then.
     */
    synchronized CoreArena movable(BooleanSupplier closed) {
        assert LockRank.ARENA_GROUP.enter();
        try {
            return newMovable(closed);
        } finally {
            assert LockRank.ARENA_GROUP.leave();
        }
    }

    private CoreArena newMovable(BooleanSupplier closed) {
        CoreArena arena = movable;
        if (arena == null) {
            // Behind the arenas, and the diagnosis, which has a number of its own.
            int number = arenas.length + 1;
            BlockSpace space = newSpace(number);
            // Whatever the pool's policy: blocks move into the holes that they fit best.
            space.policy(FitPolicy.BEST_FIT);
            arena = CoreArena.ofMovable(number, settings.name(), space, slabs, Owners.MOVABLE);
            movable = arena;
            if (closed.getAsBoolean()) {
                arena.setClosed(true);
            }
        }
        return arena;
    }

    /** All arenas, the one of movable blocks as the last, if there is one. */
    List<CoreArena> all() {
        List<CoreArena> all = new ArrayList<>(List.of(arenas));
        CoreArena last = movable;
        if (last != null) {
            all.add(last);
        }
        return all;
    }

    /**
     * Gives up the locks that this thread could not, as the stack ended; to be called some frames above, where there is room for that: entering an arena may need less than
     * leaving it.
     *
     * @return the error, to be thrown
     */
    StackOverflowError leftBehind(StackOverflowError error) {
        for (CoreArena arena : arenas) {
            arena.leaveBehind();
        }
        CoreArena last = movable;
        if (last != null) {
            last.leaveBehind();
        }
        return error;
    }

    /** Whether an arena is the one of movable blocks. */
    boolean isOfMovable(CoreArena arena) {
        return arena.number() > arenas.length;
    }

    private @Nullable CoreArena byNumber(int number) {
        return number < arenas.length ? arenas[number] : movable;
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
        CoreArena arena = owner == Regions.NOBODY ? null : byNumber(owner);
        return arena == null ? diagnosis.explain(address) : arena.blocks().diagnose(address);
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

    /** The most bytes that regions may take now. */
    long limitBytes() {
        return regions.limit() * geometry.regionBytes();
    }

    SlabTable slabs() {
        return slabs;
    }

    SpareBatches spare() {
        return spare;
    }

    String poolName() {
        return settings.name();
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
        return ownerOfRegion(geometry.regionOf(block));
    }

    /** The arena that has a region in use, or null. */
    @Nullable
    CoreArena ownerOfRegion(int region) {
        int owner = regions.ownerOf(region);
        return owner == Regions.NOBODY ? null : byNumber(owner);
    }

    List<ArenaFigures> figures() {
        List<ArenaFigures> figures = new ArrayList<>(arenas.length + 1);
        for (CoreArena arena : all()) {
            figures.add(arena.view().figures());
        }
        return figures;
    }
}
