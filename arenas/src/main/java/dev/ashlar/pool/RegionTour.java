package dev.ashlar.pool;

import java.util.HashMap;
import java.util.Map;

import dev.ashlar.RegionState;
import dev.ashlar.RegionVisitor;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.arena.WaitingCells;
import dev.ashlar.block.Geometry;
import dev.ashlar.region.RegionWalk;
import dev.ashlar.region.Regions;

/** Shows all regions of a pool, in address order: each under the lock of whoever has it in use, and no longer than that takes. */
final class RegionTour {
    private final ArenaGroup arenas;
    private final RegionVisitor visitor;
    private final RegionWalk walk;

    /** Seen when the tour first comes to an arena. */
    private final Map<CoreArena, WaitingCells> waiting = new HashMap<>();

    RegionTour(ArenaGroup arenas, RegionVisitor visitor) {
        this.arenas = arenas;
        this.visitor = visitor;
        walk = new RegionWalk(visitor);
    }

    void run() {
        for (int region = 0; region < arenas.geometry().regionCount(); region++) {
            boolean shown;
            do {
                // If it changes hands just now, once more.
                CoreArena arena = arenas.ownerOfRegion(region);
                shown = arena == null ? showAvailable(region) : show(arena, region);
            } while (!shown);
        }
    }

    private boolean show(CoreArena arena, int region) {
        return arena.view().show(region, walk, waiting.computeIfAbsent(arena, each -> each.view().waitingCells()));
    }

    private boolean showAvailable(int region) {
        Geometry geometry = arenas.geometry();
        Regions regions = arenas.regions();
        RegionState state = regions.stateOf(region);
        if (state == RegionState.IN_USE) {
            return false;
        }
        boolean committed = state == RegionState.RETAINED;
        long address = geometry.regionStart(region);
        visitor.region(region, address, committed ? regions.tableBytesEach() : 0, state, RegionVisitor.NO_ARENA);
        if (committed) {
            walk.showFree(address, geometry.regionBytes(), regions.isSoiled(region));
        }
        return true;
    }
}
