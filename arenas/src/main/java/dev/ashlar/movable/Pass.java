package dev.ashlar.movable;

import java.util.function.BooleanSupplier;

import dev.ashlar.CompactionLimits;
import dev.ashlar.CompactionReport;
import dev.ashlar.HeapStatistics;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.block.Geometry;
import dev.ashlar.os.OsMemory;
import dev.ashlar.region.BlockSpace;
import dev.ashlar.region.RegionTable;

/**
 * One compaction:
 *
 * <pre>{@code
 *     put back      what an earlier pass that failed left held
 *     survey        which regions to empty
 *     hold          what is free in those, so that nothing is placed there, nor moved from one to the other
 *     empty each    all its blocks moved: one held block, its pages given back, the region released
 *                   else: what is held there is put back
 *     pack          blocks are moved from the end of one region that stays into the gaps of all of them
 *     purge         whole pages of free blocks in the regions that stay
 * }</pre>
 *
 * <p>Each step takes the arena's lock for a slice at a time, and finds the arena consistent and leaves it so.
 */
final class Pass {
    private static final int STEP = 16;

    private final Geometry geometry;
    private final CompactionLimits limits;
    private final BooleanSupplier stop;
    private final Slices slices;
    private final HandleTable table;
    private final Survey survey;
    private final Evacuation evacuation;
    private final PageReturn pages;
    private final long began = System.nanoTime();
    private int released;
    private int kept;
    private int cramped;
    private boolean stopped;
    private boolean limited;

    Pass(
            CoreArena arena,
            HandleTable table,
            Geometry geometry,
            OsMemory os,
            boolean wipe,
            CompactionLimits limits,
            BooleanSupplier stop) {
        this.geometry = geometry;
        this.limits = limits;
        this.stop = stop;
        slices = new Slices(arena, limits.slice().toNanos());
        pages = new PageReturn(slices, geometry, os);
        this.table = table;
        survey = new Survey(slices, table, geometry, pages);
        evacuation = new Evacuation(slices, table, geometry, wipe, this::isToStop);
    }

    /**
     * Does it.
     *
     * @param purge whether pages of free blocks in regions that stay are given back
     */
    CompactionReport run(boolean purge) {
        putBackAll();
        HeapStatistics before = statistics();
        survey.walk();
        int[] chosen = survey.choose(limits.maxBytes(), limits.maxMoves());
        limited = survey.couldDoMore(chosen.length);
        try {
            for (int region : chosen) {
                hold(region);
            }
            for (int region : chosen) {
                if (isToStop()) {
                    break;
                }
                empty(region);
            }
            if (purge && pages.isPossible() && !isToStop()) {
                pack(chosen.length == 0);
            }
        } finally {
            putBackAll();
        }
        for (int region = 0; purge && region < geometry.regionCount() && !isToStop(); region++) {
            int from = region;
            region = (int) slices.run(space -> space.table().firstInUse(from));
            if (region < geometry.regionCount()) {
                pages.ofFreeBlocks(region);
            }
        }
        return report(before, statistics(), !limited);
    }

    private HeapStatistics statistics() {
        HeapStatistics[] found = new HeapStatistics[1];
        slices.run(space -> {
            found[0] = space.statistics();
            return 0;
        });
        return found[0];
    }

    private boolean isToStop() {
        stopped |= stop.getAsBoolean();
        return stopped;
    }

    private void hold(int region) {
        hold(region, slices.run(space -> {
            // A span may have come since, or the region have gone: then it is no longer what was looked at.
            if (!isWhole(space, region)) {
                return geometry.regionEnd(region);
            }
            space.held().holdRegion(region);
            return geometry.firstBlock(region);
        }));
    }

    private void hold(int region, long begin) {
        long end = geometry.regionEnd(region);
        long at = begin;
        while (at != end) {
            long from = at;
            at = slices.run(space -> {
                long next = from;
                do {
                    next = space.held().holdFrom(region, next, STEP);
                } while (next != end && !slices.isOver());
                return next;
            });
        }
    }

    /** Whether the blocks of a region are its own: none reaches into it, or out of it. */
    private boolean isWhole(BlockSpace space, int region) {
        return space.table().isInUse(region)
                && space.starts().firstIn(geometry.regionStart(region), geometry.regionEnd(region))
                        == geometry.firstBlock(region)
                && space.table().spanUnits(region) == 0;
    }

    private void empty(int region) {
        if (slices.run(space -> space.held().firstRegionFrom(region)) != region) {
            return;
        }
        switch (evacuation.empty(geometry.firstBlock(region), geometry.regionEnd(region))) {
            case EMPTIED -> release(region);
            case PINNED -> kept++;
            case NO_ROOM -> cramped++;
            case STOPPED -> stopped = true;
        }
        // Its free blocks are what the next ones may move into, if it stays.
        putBack(region);
    }

    /**
     * Moves the blocks at the end of a region into the gaps of all regions, as far as they have room: gaps smaller than a page stay resident, and what is
     * freed at the end is whole pages.
     *
     * @param unchanged whether the survey still holds
     */
    private void pack(boolean unchanged) {
        Survey now = survey;
        if (!unchanged) {
            now = new Survey(slices, table, geometry, pages);
            now.walk();
        }
        int region = now.regionToPack();
        if (region < 0) {
            return;
        }
        Tail tail = new Tail(slices, geometry, region);
        tail.walk();
        long from = tail.choose(
                now.freeBytes(), limits.maxBytes() - evacuation.movedBytes(),
                limits.maxMoves() - evacuation.movedBlocks());
        limited |= tail.choose(now.freeBytes(), Long.MAX_VALUE, Long.MAX_VALUE) < from;
        holdTail(region, from);
        if (slices.run(space -> space.held().firstRegionFrom(region)) == region) {
            long first = slices.run(space -> space.held().openedIn(region));
            stopped |= evacuation.empty(first, geometry.regionEnd(region)) == Evacuation.Outcome.STOPPED;
        }
    }

    private void holdTail(int region, long from) {
        hold(region, slices.run(space -> isWhole(space, region)
                ? space.held().holdTail(region, from)
                : geometry.regionEnd(region)));
    }

    private void release(int region) {
        long end = geometry.regionEnd(region);
        for (long at = geometry.firstBlock(region); at != end;) {
            long from = at;
            at = slices.run(space -> {
                long next = from;
                do {
                    next = space.held().collapse(region, next, STEP);
                } while (next != 0 && next != end && !slices.isOver());
                return next;
            });
            if (at == 0) {
                throw new IllegalStateException(
                        "region %d: a block that is not held (expected: none, as all were moved)".formatted(region));
            }
        }
        pages.ofHeldRegion(region);
        released++;
    }

    private void putBackAll() {
        long region = slices.run(space -> space.held().firstRegionFrom(0));
        while (region != RegionTable.NONE) {
            putBack((int) region);
            region = slices.run(space -> space.held().firstRegionFrom(0));
        }
    }

    private void putBack(int region) {
        long end = geometry.regionEnd(region);
        long at = slices.run(space -> space.held().openedIn(region));
        while (at != end) {
            long from = at;
            at = slices.run(space -> {
                long next = from;
                do {
                    next = space.held().putBackFrom(region, next, STEP);
                } while (next != end && !slices.isOver());
                return next;
            });
        }
    }

    private CompactionReport report(HeapStatistics before, HeapStatistics after, boolean complete) {
        return new CompactionReport(
                complete && !stopped,
                evacuation.movedBytes(),
                evacuation.movedBlocks(),
                evacuation.abortedMoves(),
                released,
                released * geometry.regionBytes(),
                pages.purgedBytes(),
                pages.failures(),
                kept + survey.pinnedRegions(),
                cramped,
                survey.pinnedBlocks() + evacuation.pinnedBlocks(),
                before.largestFreeBytes(),
                after.largestFreeBytes(),
                fragmentation(before),
                fragmentation(after),
                System.nanoTime() - began,
                slices.locks());
    }

    private static double fragmentation(HeapStatistics now) {
        return now.freeBytes() == 0 ? 0 : 1 - (double) now.largestFreeBytes() / now.freeBytes();
    }
}
