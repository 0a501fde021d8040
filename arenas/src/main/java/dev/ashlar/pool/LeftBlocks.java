package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import dev.ashlar.HeapStatistics;
import dev.ashlar.arena.ArenaFigures;
import dev.ashlar.block.CellHeaders;
import dev.ashlar.event.Leak;
import dev.ashlar.movable.MovableSpace;
import dev.ashlar.record.Sampler.Sample;

/**
 * Blocks of one owner that are live when their pool is closed. That is legitimate, and so neither logged nor counted, and found out only for a recording that wants
 * to know.
 *
 * @param kind of the owner
 * @param owner in words
 * @param blocks how many there are
 * @param bytes usable ones
 * @param sites where sampled ones were allocated
 */
record LeftBlocks(String kind, String owner, long blocks, long bytes, String sites) {
    /** What a pool has live, by owner; exact when nobody allocates or frees. Empty unless a recording enables the event. O(caches + arenas + budgets). */
    static List<LeftBlocks> of(PoolParts parts) {
        List<LeftBlocks> left = new ArrayList<>();
        if (!Leak.isOn()) {
            return left;
        }
        HeapStatistics memory = parts.figures().memory();
        long blocks = memory.liveBlocks();
        long bytes = memory.liveBytes();
        for (Owners.Numbered each : parts.owners.numbered()) {
            long own = each.owner().liveBlocks();
            left.add(of(parts, "budget", each.owner().describe(), own, each.owner().liveBytes(),
                    sample -> sample.owner() == each.number()));
            blocks -= own;
            bytes -= each.owner().liveBytes();
        }
        MovableSpace movable = parts.movables.spaceOrNull();
        if (movable != null) {
            ArenaFigures figures = movable.arena().view().figures();
            left.add(
                    new LeftBlocks("movable", "handles of movable blocks", figures.blocks(), figures.blockBytes(), ""));
            blocks -= figures.blocks();
            bytes -= figures.blockBytes();
        }
        left.add(of(parts, "pool", "the pool itself, and arenas that are open", blocks, bytes,
                sample -> sample.owner() == CellHeaders.POOL || sample.owner() == Owners.SCOPES));
        left.removeIf(each -> each.blocks <= 0);
        return left;
    }

    private static LeftBlocks of(
            PoolParts parts, String kind, String owner, long blocks, long bytes, Predicate<Sample> samples) {
        return new LeftBlocks(kind, owner, blocks, bytes, parts.leaks.sites(samples));
    }

    /** Says so. */
    void write(String poolName) {
        Leak.write(poolName, kind, owner, blocks, bytes, sites);
    }
}
