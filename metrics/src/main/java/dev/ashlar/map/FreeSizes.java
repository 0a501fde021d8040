package dev.ashlar.map;

/**
 * The free blocks and cells of partly used regions whose sizes are in one range. Wholly free regions are not among them.
 *
 * @param fromBytes the least usable bytes, a power of two; the range ends before its double
 * @param blocks how many there are
 * @param bytes their usable bytes
 */
public record FreeSizes(long fromBytes, long blocks, long bytes) {}
