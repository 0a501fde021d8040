package dev.ashlar.block;

import dev.ashlar.os.Memory;

/**
 * The links in a free block's payload, by name. A link is the payload address of another free block, or 0.
 *
 * <p>Nothing is checked here: who follows a link checks it first ({@code fit} does).
 */
public final class Links {
    private Links() {}

    /** The next block of a free list. */
    public static long next(long block) {
        return Memory.getLong(block + BlockLayout.NEXT);
    }

    /** Sets {@link #next}. */
    public static void setNext(long block, long next) {
        Memory.putLong(block + BlockLayout.NEXT, next);
    }

    /** The previous block of a free list. */
    public static long previous(long block) {
        return Memory.getLong(block + BlockLayout.PREVIOUS);
    }

    /** Sets {@link #previous}. */
    public static void setPrevious(long block, long previous) {
        Memory.putLong(block + BlockLayout.PREVIOUS, previous);
    }

    /** The child whose sizes have a 0 in the bit that decides here. */
    public static long left(long block) {
        return Memory.getLong(block + BlockLayout.LEFT);
    }

    /** Sets {@link #left}. */
    public static void setLeft(long block, long left) {
        Memory.putLong(block + BlockLayout.LEFT, left);
    }

    /** The child whose sizes have a 1 in the bit that decides here. */
    public static long right(long block) {
        return Memory.getLong(block + BlockLayout.RIGHT);
    }

    /** Sets {@link #right}. */
    public static void setRight(long block, long right) {
        Memory.putLong(block + BlockLayout.RIGHT, right);
    }

    /** The node above, or what {@code fit} writes for a root and for a block that is no node. */
    public static long parent(long block) {
        return Memory.getLong(block + BlockLayout.PARENT);
    }

    /** Sets {@link #parent}. */
    public static void setParent(long block, long parent) {
        Memory.putLong(block + BlockLayout.PARENT, parent);
    }

    /** Zeroes the links of a free block of so many units, for heaps whose free memory is kept zero. */
    public static void wipe(long block, long units) {
        Memory.fill(block, BlockLayout.linkBytes(units), (byte) 0);
    }
}
