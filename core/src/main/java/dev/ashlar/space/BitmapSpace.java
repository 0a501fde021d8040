package dev.ashlar.space;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.StampedLock;

import dev.ashlar.InvalidFreeException;
import dev.ashlar.InvalidFreeException.Reason;

/**
 * The space of a large volume of fixed-size units, numbered from 0: one bit a unit, and a tree of summaries over the bits, which finds
 * contiguous units without a scan. At most 2 % more than one bit a unit; what was never allocated from, in steps of 2^21 units, takes
 * nothing.
 *
 * <pre>{@code
 *   BitmapSpace volume = BitmapSpace.builder(1L << 32).policy(SpacePolicy.NEXT_FIT).build();
 *   long unit = volume.allocate(64);
 *   volume.free(unit, 64);
 * }</pre>
 *
 * <p>The tree is that of the Go runtime's page allocator (Knyszek and Clements, <i>Scaling the Go Page Allocator</i>, 2019) with 16 children
 * a node over leaves of 8,192 units; each node also has the set of lengths, in 64 classes, that occur below it, which serves best fit. With
 * <i>n</i> for the units asked for:
 *
 * <table>
 * <caption>Cost of a call, beside the n / 64 words that are set or cleared</caption>
 * <tr><td>allocate: FIRST_FIT, NEXT_FIT, END_OF_SPACE, and WORST_FIT</td><td>O(levels); with an alignment, for each run that is long enough, and
 * too badly aligned</td></tr>
 * <tr><td>allocate: BEST_FIT</td><td>O(levels) for each run whose length is of the class of the one found, up to one that is as short as any
 * can be</td></tr>
 * <tr><td>allocateAt, free</td><td>O(levels)</td></tr>
 * <tr><td>isAllocated</td><td>O(1), and n / 64 words</td></tr>
 * <tr><td>largestFree, freeLength, usedLength</td><td>O(1)</td></tr>
 * <tr><td>extents, freeExtents, validate, map</td><td>O(units)</td></tr>
 * </table>
 *
 * <p>Thread-safe. Units are claimed by compare-and-set on the words they lie in; claims that meet give back what they have and search again. What is
 * atomic:
 * <ul>
 * <li>No unit ever belongs to two.
 * <li>A request is refused, and {@code allocateAt} returns false, only if at one moment of the call there was no room.
 * <li>What a call has freed is found by each that begins after it returned.
 * <li>Others may see a range of several words half allocated, or half freed, while the call is under way; what is freed twice by two threads
 * at the same instant is refused to one of them at least, and may be half freed by either.
 * <li>Figures and lists are exact if no call is under way, else each unit is as it was at some moment.
 * <li>{@code validate} and {@code map} expect that no call is under way.
 * </ul>
 */
public final class BitmapSpace implements Space {
    private static final int CONFLICTS_BEFORE_EXCLUSIVE = 16;

    private final String name;
    private final SlabTree tree;
    private final SlabBits bits;
    private final LongAdder used = new LongAdder();
    // Shared by those who claim several words, so that their half-done claims don't look like allocated units to who has it alone.
    private final StampedLock gate = new StampedLock();
    private volatile SpacePolicy policy;
    private volatile long cursor;

    BitmapSpace(String name, long units, SpacePolicy policy) {
        this.name = name;
        this.policy = policy;
        tree = new SlabTree(units);
        bits = new SlabBits(tree);
    }

    /** A volume with these contents, which have been checked. */
    BitmapSpace(String name, SpaceMap map) {
        this(name, map.limit(), map.policy());
        long from = 0;
        for (Extent extent : map.free()) {
            allocateUpTo(from, extent.offset());
            from = extent.end();
        }
        allocateUpTo(from, tree.units);
        cursor = map.cursor();
    }

    private void allocateUpTo(long from, long to) {
        if (from < to && !allocateAt(from, to - from)) {
            throw new IllegalArgumentException(
                    Requests.range(from, to) + ": in use (expected: free, in a volume that is being made)");
        }
    }

    /** Settings of a volume of so many units, from 1 to 2^40. */
    public static BitmapSpaceBuilder builder(long units) {
        return new BitmapSpaceBuilder(units);
    }

    /** How many units the volume has. */
    public long units() {
        return tree.units;
    }

    @Override
    public long allocate(long length, long alignment) {
        long offset = tryAllocate(length, alignment);
        if (offset == FirstRun.NONE) {
            throw SpaceExhaustedException.of(name, policy, length, alignment, freeLength(), largestFree());
        }
        return offset;
    }

    @Override
    public long tryAllocate(long length, long alignment) {
        Requests.checkLength(length);
        Requests.checkAlignment(alignment);
        for (int tries = 0; tries < CONFLICTS_BEFORE_EXCLUSIVE; tries++) {
            long offset = find(length, alignment);
            if (offset == FirstRun.NONE) {
                break;
            }
            if (claimShared(offset, length)) {
                cursor = offset + length;
                return offset;
            }
        }
        return tryAllocateAlone(length, alignment);
    }

    /** Nobody else is in the middle of a claim of several words now: what is not found is not there. */
    private long tryAllocateAlone(long length, long alignment) {
        long stamp = gate.writeLock();
        try {
            while (true) {
                long offset = find(length, alignment);
                if (offset == FirstRun.NONE) {
                    return offset;
                }
                if (claim(offset, length)) {
                    cursor = offset + length;
                    return offset;
                }
            }
        } finally {
            gate.unlockWrite(stamp);
        }
    }

    private long find(long length, long alignment) {
        return switch (policy) {
            case END_OF_SPACE -> FirstRun.find(tree, bits.endOfUsed(), length, alignment);
            case FIRST_FIT -> FirstRun.find(tree, 0, length, alignment);
            case NEXT_FIT -> {
                long offset = FirstRun.find(tree, cursor, length, alignment);
                yield offset != FirstRun.NONE ? offset : FirstRun.find(tree, 0, length, alignment);
            }
            case BEST_FIT -> BestRun.smallest(tree, length, alignment);
            case WORST_FIT -> BestRun.largest(tree, length, alignment);
        };
    }

    private boolean claimShared(long offset, long length) {
        if (SlabBits.isOneWord(offset, length)) {
            return claim(offset, length);
        }
        long stamp = gate.readLock();
        try {
            return claim(offset, length);
        } finally {
            gate.unlockRead(stamp);
        }
    }

    private boolean claim(long offset, long length) {
        long taken = bits.claim(offset, length);
        if (taken == SlabBits.NONE) {
            tree.refresh(offset, length);
            used.add(length);
            return true;
        }
        // What was claimed up to the unit in the way was given back. Others may have seen it; and who has that unit may not have said so yet.
        tree.refresh(offset, taken + 1 - offset);
        Thread.onSpinWait();
        return false;
    }

    @Override
    public boolean allocateAt(long offset, long length) {
        Requests.checkRange(offset, length);
        if (offset >= tree.units || length > tree.units - offset) {
            return false;
        }
        if (claimShared(offset, length)) {
            return true;
        }
        long stamp = gate.writeLock();
        try {
            return claim(offset, length);
        } finally {
            gate.unlockWrite(stamp);
        }
    }

    @Override
    public void free(long offset, long length) {
        Requests.checkRange(offset, length);
        if (offset >= tree.units || length > tree.units - offset) {
            throw new InvalidFreeException(Reason.NOT_FROM_POOL, offset, name + ": free of "
                    + Requests.range(offset, offset + length) + " (expected: a range in "
                    + Requests.range(0, tree.units) + ")");
        }
        long firstFree = bits.firstFree(offset, length);
        if (firstFree == SlabBits.NONE) {
            firstFree = bits.clear(offset, length);
            long cleared = firstFree == SlabBits.NONE ? length : firstFree - offset;
            used.add(-cleared);
            if (cleared > 0) {
                tree.refresh(offset, cleared);
            }
        }
        if (firstFree != SlabBits.NONE) {
            throw new InvalidFreeException(Reason.DOUBLE_FREE, firstFree, name + ": free of "
                    + Requests.range(offset, offset + length) + ": free from " + firstFree
                    + " on (expected: allocated)");
        }
    }

    @Override
    public boolean isAllocated(long offset, long length) {
        Requests.checkQuery(offset, length);
        long end = Math.min(tree.units, offset + length);
        return offset < end && bits.firstUsed(offset, end - offset) != SlabBits.NONE;
    }

    @Override
    public long freeLength() {
        return tree.units - used.sum();
    }

    @Override
    public long usedLength() {
        return used.sum();
    }

    @Override
    public long largestFree() {
        return tree.longest(tree.top(), 0);
    }

    @Override
    public List<Extent> extents() {
        return bits.runs(true);
    }

    @Override
    public List<Extent> freeExtents() {
        return bits.runs(false);
    }

    @Override
    public SpacePolicy policy() {
        return policy;
    }

    @Override
    public void setPolicy(SpacePolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
    }

    /** {@inheritDoc} No other call may be under way. */
    @Override
    public void validate() {
        long free = tree.validate(name);
        long counted = used.sum();
        if (counted != tree.units - free) {
            throw new IllegalStateException(
                    name + ": used " + counted + " (expected: " + (tree.units - free) + ", by the bits)");
        }
    }

    /** A copy of the free-space map, which can be saved, and loaded with {@link BitmapSpaceBuilder#load}. No other call may be under way. */
    public SpaceMap map() {
        return new SpaceMap(SpaceMap.VOLUME, policy, 0, tree.units, tree.units, cursor, freeExtents());
    }

    /**
     * Saves the free-space map: {@code map().write(buffer)}.
     *
     * @throws java.nio.BufferOverflowException if less than {@link SpaceMap#savedBytes()} remain; nothing is written then
     */
    public void save(ByteBuffer buffer) {
        map().write(buffer);
    }

    /**
     * Saves the free-space map: {@code map().write(channel, position)}.
     *
     * @return the position behind it
     * @throws IOException if it can't be written
     */
    public long save(FileChannel channel, long position) throws IOException {
        return map().write(channel, position);
    }

    /** The Java heap that the bits and the summaries take, in bytes, without the headers of a few objects. */
    public long footprintBytes() {
        return bits.footprintBytes();
    }

    @Override
    public String toString() {
        return name + " (" + usedLength() + " of " + tree.units + " units used)";
    }
}
