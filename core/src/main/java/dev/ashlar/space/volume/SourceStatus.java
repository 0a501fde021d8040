package dev.ashlar.space.volume;

/**
 * A source's figures at one moment, in extents.
 *
 * @param source its name
 * @param capacity of the source
 * @param free that no piece is on
 * @param largestFree the longest run of them
 * @param freeRuns how many runs they are in
 * @param pieces how many pieces are on it
 * @param isAllocatable whether new pieces may be placed on it
 */
public record SourceStatus(
        String source, long capacity, long free, long largestFree, long freeRuns, long pieces, boolean isAllocatable) {
    /** External fragmentation, {@code 1 - largest free run / total free}: 0 if that is one run, or nothing. */
    public double fragmentation() {
        return free == 0 ? 0 : 1 - (double) largestFree / free;
    }
}
