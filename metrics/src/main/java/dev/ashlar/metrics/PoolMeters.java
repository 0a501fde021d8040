package dev.ashlar.metrics;

import java.util.Locale;

import dev.ashlar.PoolExhaustedException;

/**
 * The meters of a pool. In bytes, when the pool is quiet and of one scrape:
 *
 * <pre>{@code memory.live + memory.pending + memory.free + memory.overhead == memory.committed}</pre>
 */
final class PoolMeters {
    static final String COMMITTED = "ashlar.pool.memory.committed";

    private static final String BYTES = "bytes";

    private PoolMeters() {}

    static void bind(MeterGroup<Figures> meters, FigureReader reader) {
        bindMemory(meters);
        meters.ratio(
                "ashlar.pool.memory.resident",
                BYTES,
                "What the operating system counts for the pool's pages; measured every few seconds at most",
                figures -> nanIfNegative(reader.residentBytes()));
        bindFree(meters);
        bindTraffic(meters);
        bindShortage(meters);
        bindCaches(meters);
        bindDefragmentation(meters);
        bindCompactions(meters);
    }

    private static double nanIfNegative(long value) {
        return value < 0 ? Double.NaN : (double) value;
    }

    private static void bindMemory(MeterGroup<Figures> meters) {
        meters.gauge("ashlar.pool.memory.max", BYTES,
                "The most that regions may take: the limit, or the capacity if that is less",
                f -> Math.min(f.pool().limitBytes(), f.pool().memory().capacityBytes()));
        meters.gauge(COMMITTED, BYTES, "Of the regions and tables that the operating system has been asked for",
                f -> f.pool().memory().committedBytes());
        meters.gauge("ashlar.pool.memory.live", BYTES, "Usable bytes of the blocks that callers hold",
                f -> f.pool().memory().liveBytes());
        meters.gauge("ashlar.pool.memory.pending", BYTES,
                "Usable bytes that are free for callers but not merged yet: in caches and in queues",
                f -> f.pool().memory().pendingBytes());
        meters.gauge("ashlar.pool.memory.free", BYTES,
                "Usable bytes of free blocks, and of regions that are wholly free",
                f -> f.pool().memory().freeBytes());
        meters.gauge("ashlar.pool.memory.overhead", BYTES, "Headers, tables, edges, slab tails, and what is withheld",
                f -> f.pool().memory().headerBytes() + f.pool().memory().overheadBytes());
        meters.gauge("ashlar.pool.memory.retained", BYTES, "Of the free bytes, those of regions that are wholly free",
                f -> f.pool().memory().retainedBytes());
        meters.gauge("ashlar.pool.memory.dirty", BYTES, "Pages inside free blocks that may be resident",
                f -> f.pool().defragmentation().dirtyBytes());
        meters.gauge("ashlar.pool.blocks", "blocks", "Blocks that callers hold", f -> f.pool().memory().liveBlocks());
    }

    private static void bindFree(MeterGroup<Figures> meters) {
        meters.gauge("ashlar.pool.memory.free.largest", BYTES,
                "Usable bytes of the largest free block; adjacent regions that are wholly free count as one",
                f -> f.pool().memory().largestFreeBytes());
        meters.ratio("ashlar.pool.fragmentation", "ratio",
                "1 - largest free block / free bytes, over partly used regions: 0 to 1",
                f -> f.pool().memory().fragmentation());
    }

    private static void bindTraffic(MeterGroup<Figures> meters) {
        String allocations = "ashlar.pool.allocations";
        String what = "Requests that were served, by where the memory came from";
        meters.counter(allocations, "allocations", what, f -> f.pool().allocations().cache(), "path", "cache");
        meters.counter(allocations, "allocations", what, f -> f.pool().allocations().slab(), "path", "slab");
        meters.counter(allocations, "allocations", what, f -> f.pool().allocations().steal(), "path", "steal");
        meters.counter(allocations, "allocations", what, f -> f.pool().allocations().grow(), "path", "grow");
        meters.counter(allocations, "allocations", what, f -> f.pool().allocations().large(), "path", "large");
        meters.counter("ashlar.pool.allocated", BYTES, "Usable bytes that were handed out",
                f -> f.pool().allocatedBytes());
        meters.counter("ashlar.pool.freed", BYTES, "Usable bytes that came back", f -> f.pool().freedBytes());
        String frees = "Frees, by whether the memory went back to the home arena or to another one's queue";
        meters.counter("ashlar.pool.frees", "frees", frees, f -> f.pool().localFrees(), "path", "local");
        meters.counter("ashlar.pool.frees", "frees", frees, f -> f.pool().remoteFrees(), "path", "remote");
        meters.counter("ashlar.pool.steals", "steals", "Requests that another arena than the home one served",
                f -> f.pool().steals());
    }

    private static void bindShortage(MeterGroup<Figures> meters) {
        for (PoolExhaustedException.Cause cause : PoolExhaustedException.Cause.values()) {
            meters.counter("ashlar.pool.allocation.failures", "failures",
                    "Requests that failed for want of memory, by cause",
                    f -> f.pool().failuresByCause().getOrDefault(cause, 0L),
                    "cause", cause.name().toLowerCase(Locale.ROOT));
        }
        meters.timer("ashlar.pool.waits", "Requests that waited for memory, and for how long",
                f -> f.pool().waits(),
                f -> f.pool().waitedNanos());
        meters.gauge("ashlar.pool.waiting", "requests", "Requests that wait now", f -> f.pool().waiting());
        meters.counter("ashlar.pool.pressure.calls", "calls", "Pressure callbacks called",
                f -> f.pool().pressureCalls());
        meters.counter("ashlar.pool.pressure.failures", "failures", "Pressure callbacks that threw",
                f -> f.pool().pressureFailures());
        meters.counter("ashlar.pool.reclaims", "reclaims",
                "Times that all that was pending was taken back for a request",
                f -> f.pool().reclaims());
        meters.gauge("ashlar.pool.fenced.arenas", "arenas", "Arenas that serve nothing, as damage was found",
                f -> f.pool().fencedArenas());
        meters.counter("ashlar.pool.leaks", "leaks",
                "Views and confined arenas that nobody can close any more, and budgets closed with live blocks",
                f -> f.pool().leaks());
        meters.counter("ashlar.pool.double.frees", "frees", "Cells that came back to a slab that had them already",
                f -> f.pool().doubleFrees());
    }

    private static void bindCaches(MeterGroup<Figures> meters) {
        meters.gauge("ashlar.pool.caches", "caches", "Threads that have a cache", f -> f.pool().caches());
        meters.gauge("ashlar.pool.cache.bytes", BYTES, "Usable bytes in caches", f -> f.pool().cachedBytes());
        meters.gauge("ashlar.pool.remote.queued", BYTES, "Usable bytes on the way back to their arenas",
                f -> f.pool().queuedBytes());
    }

    private static void bindDefragmentation(MeterGroup<Figures> meters) {
        meters.timer("ashlar.pool.defragmentation",
                "Runs of the worker in which something was due, and how long they took",
                f -> f.pool().defragmentation().runs(),
                f -> f.pool().defragmentation().totalNanos());
        String name = "ashlar.pool.defragmentation.reclaimed";
        String what = "What those runs did, by kind; memory that passed through several kinds counts in each";
        meters.counter(name, BYTES, what, f -> f.pool().defragmentation().movedBytes(), "kind", "moved");
        meters.counter(name, BYTES, what, f -> f.pool().defragmentation().returnedBytes(), "kind", "returned");
        meters.counter(name, BYTES, what, f -> f.pool().defragmentation().coalescedBytes(), "kind", "coalesced");
        meters.counter(name, BYTES, what, f -> f.pool().defragmentation().purgedBytes(), "kind", "purged");
        meters.counter(name, BYTES, what, f -> f.pool().defragmentation().releasedBytes(), "kind", "released");
        meters.counter("ashlar.pool.defragmentation.failures", "failures", "Steps of those runs that failed",
                f -> f.pool().defragmentation().failures());
        meters.counter("ashlar.pool.release.failures", "failures",
                "Times that the operating system refused to take memory back",
                f -> f.pool().failedReleases());
        meters.gauge("ashlar.pool.workers", "workers", "1 while the worker's thread runs, 0 if it has died",
                f -> f.pool().defragmentation().alive() ? 1 : 0);
        meters.counter("ashlar.pool.policy.switches", "switches", "Changes of the policy in force by evidence",
                f -> f.pool().policySwitches());
    }

    private static void bindCompactions(MeterGroup<Figures> meters) {
        meters.counter("ashlar.pool.compactions", "compactions",
                "Passes over movable blocks: the worker's own, those asked for, and those of requests that found no room",
                f -> f.movable().compactions());
        meters.counter("ashlar.pool.own.compactions", "compactions",
                "Passes that the worker made as they were due, and nobody asked for them",
                f -> f.movable().ownCompactions());
        meters.counter("ashlar.pool.vain.compactions", "compactions",
                "Of the worker's own passes, those that gained less than was worth it, or failed",
                f -> f.movable().vainCompactions());
    }
}
