package dev.ashlar.arenas;

/**
 * A budget's figures at one moment.
 *
 * @param limitBytes the most that its live blocks may have
 * @param reservedBytes of its parent that are kept for it
 * @param liveBytes usable bytes of its live blocks and of its open children
 * @param peakBytes the most that {@code liveBytes} has been, to within what one thread charges at a time
 * @param liveBlocks how many blocks of its own are live
 * @param refusals how many requests were refused by its limit, or a parent's
 */
public record BudgetStatistics(
        long limitBytes, long reservedBytes, long liveBytes, long peakBytes, long liveBlocks, long refusals) {}
