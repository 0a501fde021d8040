package dev.ashlar.pool;

import java.util.List;

import dev.ashlar.ArenaStatistics;
import dev.ashlar.BlockVisitor;
import dev.ashlar.PoolStatistics;
import dev.ashlar.RegionVisitor;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.region.ServableRequests;

/** A pool to be looked at: figures, walks, and whether all of it is sound. Nothing changes. Thread-safe. */
public final class PoolView {
    private final PoolParts parts;
    private final PoolCare care;

    PoolView(PoolParts parts, PoolCare care) {
        this.parts = parts;
        this.care = care;
    }

    /** The figures of this moment. */
    public PoolStatistics statistics() {
        parts.checkOpen();
        synchronized (care.maintenance()) {
            return parts.figures()
                    .statistics(parts, care.workerStatistics());
        }
    }

    /** The figures of each arena, the one of movable blocks as the last, if there is one. */
    public List<ArenaStatistics> arenaStatistics() {
        parts.checkOpen();
        return parts.figures().arenaStatistics();
    }

    /** What fragmentation costs requests of each size class, over the free blocks of all arenas. O(blocks). */
    public List<SizeClassFragmentation> fragmentationBySizeClass() {
        parts.checkOpen();
        ServableRequests servable = new ServableRequests();
        for (CoreArena arena : parts.arenas.all()) {
            arena.view().walk((address, usableBytes, state) -> servable.add(usableBytes, state));
        }
        return servable.bySizeClass();
    }

    /** Resident bytes as the operating system counts them, or -1 where it doesn't say. O(committed pages). */
    public long residentBytes() {
        parts.checkOpen();
        return parts.arenas.regions().residentBytes();
    }

    /** Shows all blocks and cells, arena by arena. */
    public void walk(BlockVisitor visitor) {
        parts.checkOpen();
        for (CoreArena arena : parts.arenas.all()) {
            arena.view().walk(visitor);
        }
    }

    /** Shows all regions, each under its arena's lock. */
    public void walkRegions(RegionVisitor visitor) {
        parts.checkOpen();
        new RegionTour(parts.arenas, visitor).run();
    }

    /** Recomputes each arena; with {@code quiet}, that nobody allocates or frees, what is live and cached as well. */
    public void validate(boolean quiet) {
        parts.checkOpen();
        PoolFigures figures = parts.figures();
        if (quiet) {
            // Callers see to it that they are quiet themselves, and can't do that for the worker.
            synchronized (care.maintenance()) {
                parts.movables.validate(true);
                figures.validate(true);
            }
        } else {
            parts.movables.validate(false);
            figures.validate(false);
        }
    }
}
