package dev.ashlar.space;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The slabs of a volume and the tree of summaries over them: level 0 has a node for each slab, each level above one for 16 nodes of the
 * level below, up to one node for all.
 *
 * <p>A slab that was never touched does not exist: all of it is free. Nodes are written under the tree's monitor, each time from the slab
 * itself, and read without it, as hints.
 */
final class SlabTree {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int FAN_SHIFT = 4;
    private static final int FAN_OUT = 1 << FAN_SHIFT;

    final long units;
    private final AtomicReferenceArray<@Nullable Slab> slabs;
    private final Level[] levels;
    private final RunJoiner joiner = new RunJoiner();

    /** Four numbers for each node; of one that is all free, the first three are its units. */
    private static final class Level {
        final long[] prefixes;
        final long[] longest;
        final long[] suffixes;
        final long[] classes;

        Level(int nodes) {
            prefixes = new long[nodes];
            longest = new long[nodes];
            suffixes = new long[nodes];
            classes = new long[nodes];
        }

        int size() {
            return prefixes.length;
        }
    }

    SlabTree(long units) {
        this.units = units;
        int count = (int) ((units + Slab.UNITS - 1) >>> Slab.SHIFT);
        slabs = new AtomicReferenceArray<>(count);
        levels = new Level[levelsFor(count)];
        for (int level = 0, nodes = count; level < levels.length;
                level++, nodes = (nodes + FAN_OUT - 1) >>> FAN_SHIFT) {
            levels[level] = new Level(nodes);
        }
        if ((units & (Slab.UNITS - 1)) != 0) {
            slabs.set(count - 1, new Slab(units & (Slab.UNITS - 1)));
        }
        joinAll();
    }

    private static int levelsFor(int count) {
        int levels = 1;
        for (int nodes = count; nodes > 1; nodes = (nodes + FAN_OUT - 1) >>> FAN_SHIFT) {
            levels++;
        }
        return levels;
    }

    private synchronized void joinAll() {
        for (int level = 0; level < levels.length; level++) {
            for (int node = 0; node < levels[level].size(); node++) {
                join(level, node);
                store(levels[level], node);
            }
        }
    }

    int slabCount() {
        return slabs.length();
    }

    /** The slab with this number, or null if all of it is free and always was. */
    @Nullable
    Slab slab(int index) {
        return slabs.getAcquire(index);
    }

    Slab slabForChange(int index) {
        Slab slab = slabs.getAcquire(index);
        if (slab != null) {
            return slab;
        }
        Slab added = new Slab(Slab.UNITS);
        Slab witness = slabs.compareAndExchange(index, null, added);
        return witness == null ? added : witness;
    }

    /** Works the summaries out again, after bits in a range were changed. */
    void refresh(long offset, long length) {
        long end = offset + length;
        for (long from = offset; from < end;) {
            int index = (int) (from >>> Slab.SHIFT);
            long to = Math.min(end, (index + 1L) << Slab.SHIFT);
            Slab slab = slab(index);
            if (slab != null && slab.refresh(leafOf(from), leafOf(to - 1))) {
                refreshAbove(slab, index);
            }
            from = to;
        }
    }

    private static int leafOf(long unit) {
        return (int) ((unit & (Slab.UNITS - 1)) >>> Slab.LEAF_SHIFT);
    }

    /** Under the monitor the slab's summary is read anew: it is the one that was stored last, whoever comes last here. */
    private synchronized void refreshAbove(Slab slab, int index) {
        int version = slab.version();
        int node = index;
        for (int level = 0; level < levels.length; level++, node >>>= FAN_SHIFT) {
            join(level, node);
            if (!store(levels[level], node)) {
                break;
            }
        }
        slab.setVersionAbove(version);
    }

    private void join(int level, int node) {
        joiner.clear();
        if (level == 0) {
            Slab slab = slab(node);
            if (slab == null) {
                joiner.addFree(Slab.UNITS);
            } else {
                joiner.add(Slab.UNITS, slab.summary(), slab.classes());
            }
            return;
        }
        Level below = levels[level - 1];
        int end = Math.min(below.size(), (node + 1) << FAN_SHIFT);
        long unitsBelow = 1L << shift(level - 1);
        for (int child = node << FAN_SHIFT; child < end; child++) {
            if (below.prefixes[child] == unitsBelow) {
                joiner.addFree(unitsBelow);
            } else {
                joiner.add(unitsBelow, below.prefixes[child], below.longest[child], below.suffixes[child],
                        below.classes[child]);
            }
        }
        if (end < (node + 1) << FAN_SHIFT) {
            joiner.addUsed((((node + 1L) << FAN_SHIFT) - end) * unitsBelow);
        }
    }

    private boolean store(Level level, int node) {
        if (isAsJoined(level, node)) {
            return false;
        }
        LONGS.setOpaque(level.prefixes, node, joiner.prefix());
        LONGS.setOpaque(level.longest, node, joiner.longest());
        LONGS.setOpaque(level.suffixes, node, joiner.suffix());
        LONGS.setOpaque(level.classes, node, joiner.classes());
        return true;
    }

    private boolean isAsJoined(Level level, int node) {
        return level.prefixes[node] == joiner.prefix() && level.longest[node] == joiner.longest()
                && level.suffixes[node] == joiner.suffix() && level.classes[node] == joiner.classes();
    }

    int top() {
        return levels.length - 1;
    }

    /** The units of a node are 2 to this power. */
    static int shift(int level) {
        return Slab.SHIFT + FAN_SHIFT * level;
    }

    int firstChild(int node) {
        return node << FAN_SHIFT;
    }

    int childrenEnd(int level, int node) {
        return Math.min(levels[level - 1].size(), (node + 1) << FAN_SHIFT);
    }

    /** The units of a free run at the begin of a node: all of them if all is free. */
    long prefix(int level, int node) {
        return (long) LONGS.getOpaque(levels[level].prefixes, node);
    }

    long longest(int level, int node) {
        return (long) LONGS.getOpaque(levels[level].longest, node);
    }

    long suffix(int level, int node) {
        return (long) LONGS.getOpaque(levels[level].suffixes, node);
    }

    /** The classes of the free runs that touch neither border of a node. */
    long classes(int level, int node) {
        return (long) LONGS.getOpaque(levels[level].classes, node);
    }

    /** Works everything out again and compares; nothing may be under way. Returns how many units are free. */
    synchronized long validate(String name) {
        long free = 0;
        for (int index = 0; index < slabCount(); index++) {
            Slab slab = slab(index);
            free += slab == null ? Slab.UNITS : slab.validate(name + ": slab " + index);
        }
        for (int level = 0; level < levels.length; level++) {
            for (int node = 0; node < levels[level].size(); node++) {
                join(level, node);
                if (!isAsJoined(levels[level], node)) {
                    throw new IllegalStateException(
                            name + ": node " + node + " of level " + level + ": " + describe(level, node)
                                    + " (expected: " + joiner.prefix() + ", " + joiner.longest() + ", "
                                    + joiner.suffix() + ", classes 0x" + Long.toHexString(joiner.classes()) + ")");
                }
            }
        }
        return free;
    }

    long footprintBytes() {
        long bytes = (long) Integer.BYTES * slabCount();
        for (Level level : levels) {
            bytes += 4L * Long.BYTES * level.size();
        }
        for (int index = 0; index < slabCount(); index++) {
            Slab slab = slab(index);
            bytes += slab == null ? 0 : slab.footprintBytes();
        }
        return bytes;
    }

    private String describe(int level, int node) {
        return prefix(level, node) + ", " + longest(level, node) + ", " + suffix(level, node) + ", classes 0x"
                + Long.toHexString(classes(level, node));
    }
}
