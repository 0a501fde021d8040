package dev.ashlar.metrics;

import dev.ashlar.ArenaStatistics;

/**
 * The meters of an arena. In bytes, of one scrape:
 *
 * <pre>{@code memory.taken + memory.free + memory.overhead == memory.committed}</pre>
 */
final class ArenaMeters {
    private static final String BYTES = "bytes";

    private ArenaMeters() {}

    static void bind(MeterGroup<ArenaStatistics> meters) {
        meters.gauge("ashlar.arena.memory.committed", BYTES, "Of the arena's regions and their tables",
                ArenaStatistics::committedBytes);
        meters.gauge("ashlar.arena.memory.taken", BYTES, "Usable bytes that are not free here: live, cached or queued",
                ArenaStatistics::takenBytes);
        meters.gauge("ashlar.arena.memory.queued", BYTES, "Usable bytes that wait in the arena's queue",
                ArenaStatistics::queuedBytes);
        meters.gauge("ashlar.arena.memory.free", BYTES, "Usable bytes of free blocks and cells",
                ArenaStatistics::freeBytes);
        meters.gauge("ashlar.arena.memory.overhead", BYTES, "Headers, tables, edges, slab tails, and what is withheld",
                arena -> arena.headerBytes() + arena.overheadBytes());
        meters.gauge("ashlar.arena.memory.free.largest", BYTES, "Usable bytes of the largest free block",
                ArenaStatistics::largestFreeBytes);
        meters.ratio("ashlar.arena.fragmentation", "ratio", "1 - largest free block / free bytes: 0 to 1",
                ArenaStatistics::fragmentation);
        meters.gauge("ashlar.arena.regions", "regions", "Regions that the arena has in use", ArenaStatistics::regions);
        meters.gauge("ashlar.arena.slabs", "slabs", "Blocks that are slabs", ArenaStatistics::slabs);
        meters.gauge("ashlar.arena.empty.slabs", "slabs", "Slabs of which no cell is taken",
                ArenaStatistics::emptySlabs);
        meters.counter("ashlar.arena.refills", "refills", "Times that a cache got cells", ArenaStatistics::refills);
        meters.counter("ashlar.arena.served.cells", "cells", "Cells that left their slabs", ArenaStatistics::cells);
        meters.counter("ashlar.arena.served.blocks", "blocks", "Blocks that were carved for callers",
                ArenaStatistics::blocks);
        meters.gauge("ashlar.arena.fenced", "arenas", "1 if the arena serves nothing, as damage was found; else 0",
                arena -> arena.fenced() ? 1 : 0);
    }
}
