package dev.ashlar.defrag;

/**
 * What a policy decides on whether to move movable blocks together: their figures at one moment, and what came of the last pass.
 *
 * @param committedBytes of their regions
 * @param freeBytes usable bytes of free blocks in those
 * @param largestFreeBytes of the largest of them
 * @param pins that are open
 * @param last what came of the last pass
 * @param sinceNanos since that pass; {@code Long.MAX_VALUE} if there was none
 */
public record MovableFigures(
        long committedBytes, long freeBytes, long largestFreeBytes, long pins, LastPass last, long sinceNanos) {
    /** Of a pool that has none, or whose movable blocks are out of reach. */
    public static final MovableFigures NONE = new MovableFigures(0, 0, 0, 0, LastPass.NONE, Long.MAX_VALUE);

    /**
     * What came of a pass.
     *
     * @param vain how many in a row, up to this one, gained little
     * @param freeBytes that it left free in regions of movable blocks
     * @param pins that were open when it began, if it met one; else 0
     * @param cut whether it ended before it had done all that there was to do
     */
    public record LastPass(int vain, long freeBytes, long pins, boolean cut) {
        /** There was none. */
        public static final LastPass NONE = new LastPass(0, 0, 0, false);
    }

    /** {@code 1 - largest free block / free bytes}; 0 if nothing is free. */
    public double fragmentation() {
        return freeBytes == 0 ? 0 : 1 - (double) largestFreeBytes / freeBytes;
    }
}
