package dev.ashlar.attach;

/**
 * A pool's limit.
 *
 * @param limitBytes the most that regions may take now
 * @param capacityBytes the most that the limit can be
 * @param committedBytes of regions in use, and of their tables; more than a limit that was lowered until enough of them are free
 */
public record LimitFigures(long limitBytes, long capacityBytes, long committedBytes) {}
