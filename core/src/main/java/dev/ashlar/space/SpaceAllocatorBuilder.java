package dev.ashlar.space;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Collection;
import java.util.Objects;

/** Settings of a {@link SpaceAllocator}, and the ways to make one: empty, from a saved map, from what is in use. Not thread-safe. */
public final class SpaceAllocatorBuilder {
    private String name = "space";
    private long start;
    private long limit = Long.MAX_VALUE;
    private SpacePolicy policy = SpacePolicy.FIRST_FIT;
    private boolean threadSafe;

    SpaceAllocatorBuilder() {}

    /** The name in messages; "space" by default. */
    public SpaceAllocatorBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * The offset where the space starts, such as the end of a file's header; 0 by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SpaceAllocatorBuilder start(long offset) {
        start = notNegative("start", offset);
        return this;
    }

    /**
     * The offset that the space must not grow beyond; {@link Long#MAX_VALUE} by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SpaceAllocatorBuilder limit(long offset) {
        limit = notNegative("limit", offset);
        return this;
    }

    /** Where requests are placed; {@link SpacePolicy#FIRST_FIT} by default. */
    public SpaceAllocatorBuilder policy(SpacePolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /** Whether several threads may use it at the same time; false by default. */
    public SpaceAllocatorBuilder threadSafe(boolean threadSafe) {
        this.threadSafe = threadSafe;
        return this;
    }

    /**
     * An empty space.
     *
     * @throws IllegalArgumentException if the limit is below the start
     */
    public SpaceAllocator build() {
        checkLimit();
        return make(start, ExtentList.of());
    }

    /**
     * A space in which exactly these extents are in use: after a crash, from what a file's own structures refer to. They may be in any
     * order, and may touch; the space ends where the last of them does.
     *
     * @throws IllegalArgumentException if two of them overlap, if one is not between start and limit, or if the limit is below the start
     */
    public SpaceAllocator rebuild(Collection<Extent> inUse) {
        checkLimit();
        ExtentList.Builder free = new ExtentList.Builder(inUse.size());
        long end = Gaps.between(inUse, start, limit, free);
        return make(end, free.build());
    }

    private SpaceAllocator make(long end, ExtentList free) {
        return load(new SpaceMap(SpaceMap.GROWING, policy, start, limit, end, end, free));
    }

    /**
     * The space that a map was saved of: its start, limit, policy and free extents, and where next fit goes on. The settings of this builder
     * are not asked, but for the name and thread-safety. The map of a volume makes a space that neither grows nor shrinks.
     */
    public SpaceAllocator load(SpaceMap map) {
        return new SpaceAllocator(new GrowingSpace(name, map), threadSafe);
    }

    /**
     * Reads a map, and loads it. The buffer's position is behind it afterwards, or where it was if the map is refused.
     *
     * @throws SpaceFormatException if there is no whole and sound map
     */
    public SpaceAllocator load(ByteBuffer buffer) throws SpaceFormatException {
        return load(SpaceMap.read(buffer));
    }

    /**
     * Reads a map that begins at a position of a file, and loads it.
     *
     * @throws SpaceFormatException if there is no whole and sound map
     * @throws IOException if it can't be read
     */
    public SpaceAllocator load(FileChannel channel, long position) throws IOException {
        return load(SpaceMap.read(channel, position));
    }

    private void checkLimit() {
        if (limit < start) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: at least the start, " + start + ")");
        }
    }

    private static long notNegative(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + ": " + value + " (expected: 0 or more)");
        }
        return value;
    }
}
