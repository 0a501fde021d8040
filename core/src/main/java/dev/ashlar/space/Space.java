package dev.ashlar.space;

import java.util.List;

/**
 * Hands out ranges of an abstract address space: extents of a file, units of a volume. It never touches what it manages; offsets and
 * lengths are numbers in whatever unit the caller has in mind.
 *
 * <p>Each offset in the space is allocated or free. What was allocated by several calls and lies side by side is one extent: who
 * allocated what, a space does not remember, so any part of what is allocated may be freed, also across the borders of allocations. Two
 * extents of {@link #extents()} never touch, nor do two of {@link #freeExtents()}.
 *
 * <p>Every call checks everything before it changes anything: a call that throws, or returns false, has changed nothing. Whether several
 * threads may use a space at the same time, and what is atomic then, the implementation says.
 */
public sealed interface Space permits SpaceAllocator, BitmapSpace {
    /** The space of a volume of so many units, in whichever representation suits it. */
    static VolumeSpaceBuilder volume(long units) {
        return new VolumeSpaceBuilder(units);
    }

    /**
     * Allocates a range where the policy says.
     *
     * @param length 1 or more
     * @return its offset
     * @throws IllegalArgumentException if the length is not positive
     * @throws SpaceExhaustedException if there is no room for it
     */
    default long allocate(long length) {
        return allocate(length, 1);
    }

    /**
     * Allocates a range at a multiple of an alignment where the policy says.
     *
     * @param length 1 or more
     * @param alignment a power of two
     * @return its offset, counted from offset 0 of the address space, not from where this space starts
     * @throws IllegalArgumentException if the length is not positive, or the alignment is no power of two
     * @throws SpaceExhaustedException if there is no room for it
     */
    long allocate(long length, long alignment);

    /**
     * Like {@link #allocate(long, long)}, for a caller to whom a full space is nothing special.
     *
     * @return its offset, or -1 if there is no room for it
     * @throws IllegalArgumentException if the length is not positive, or the alignment is no power of two
     */
    long tryAllocate(long length, long alignment);

    /**
     * Allocates exactly this range, if all of it is free and within the space.
     *
     * @param offset 0 or more
     * @param length 1 or more
     * @return false if some of it is allocated, or not in the space; nothing is changed then
     * @throws IllegalArgumentException if the offset is negative, the length is not positive, or the end is above {@link Long#MAX_VALUE}
     */
    boolean allocateAt(long offset, long length);

    /**
     * Gives a range back: what one call allocated, a part of it, or several that lie side by side.
     *
     * @param offset 0 or more
     * @param length 1 or more
     * @throws IllegalArgumentException if the offset is negative, the length is not positive, or the end is above {@link Long#MAX_VALUE}
     * @throws dev.ashlar.InvalidFreeException if any of it is not allocated
     */
    void free(long offset, long length);

    /**
     * Whether any of the range is allocated. What is outside of the space is not. An empty range never is.
     *
     * @param offset 0 or more
     * @param length 0 or more
     * @throws IllegalArgumentException if the offset or the length is negative, or the end is above {@link Long#MAX_VALUE}
     */
    boolean isAllocated(long offset, long length);

    /** What is free in sum; of a space that grows, up to its current end. */
    long freeLength();

    /** What is allocated in sum. */
    long usedLength();

    /** The length of the largest free extent, 0 if there is none; of a space that grows, up to its current end. */
    long largestFree();

    /** What is allocated: a copy, lowest offset first, immutable. It holds numbers, and makes each {@link Extent} anew when it is asked for. */
    List<Extent> extents();

    /** What is free: a copy, lowest offset first, immutable; of a space that grows, up to its current end. */
    List<Extent> freeExtents();

    /**
     * How far what is free is from being one piece: {@code 1 - largestFree() / freeLength()}, 0 if nothing is free.
     *
     * @return from 0 to 1
     */
    default double fragmentation() {
        long free = freeLength();
        return free == 0 ? 0 : 1 - (double) largestFree() / (double) free;
    }

    /** The policy that the next request is served by. */
    SpacePolicy policy();

    /** Changes the policy, from the next request on. What is allocated stays where it is. */
    void setPolicy(SpacePolicy policy);

    /**
     * Recomputes everything that the space keeps from the ground up and compares. O(n) in the number of extents, or of units.
     *
     * @throws IllegalStateException if anything differs; the message says what was found and what was expected
     */
    void validate();
}
