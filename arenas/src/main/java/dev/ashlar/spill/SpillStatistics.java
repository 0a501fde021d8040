package dev.ashlar.spill;

import java.util.Map;

/**
 * A store's figures at one moment; exact when it is quiet. Counters count from its beginning. Bytes are those of contents, but for the last six components,
 * which are about whole blocks of the files.
 *
 * @param liveBlocks how many tokens stand for contents
 * @param liveBytes of these
 * @param spilledBlocks how many were written
 * @param spilledBytes of these
 * @param restoredBlocks how many were read and given up
 * @param restoredBytes of these
 * @param readBlocks how many were read and kept
 * @param readBytes of these
 * @param discardedBlocks how many were given up unread
 * @param inFlight how many operations are under way
 * @param inFlightBytes of these
 * @param failures by kind; of a set also those that another volume or copy made good
 * @param usedBytes of the files, that contents lie in
 * @param freeBytes of the files, up to their ends (of a set: up to its volumes' limits)
 * @param largestFreeBytes in one piece
 * @param fragmentation {@code 1 - largestFreeBytes / freeBytes}, of a set over its volumes; 0 if nothing is free
 * @param fileBytes how long the files are, at most
 * @param limitBytes how long they may be
 */
public record SpillStatistics(
        long liveBlocks,
        long liveBytes,
        long spilledBlocks,
        long spilledBytes,
        long restoredBlocks,
        long restoredBytes,
        long readBlocks,
        long readBytes,
        long discardedBlocks,
        int inFlight,
        long inFlightBytes,
        Map<SpillException.Kind, Long> failures,
        long usedBytes,
        long freeBytes,
        long largestFreeBytes,
        double fragmentation,
        long fileBytes,
        long limitBytes) {
    /** Keeps a copy of the map. */
    public SpillStatistics {
        failures = Map.copyOf(failures);
    }

    /** All failures. */
    public long failureCount() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }
}
