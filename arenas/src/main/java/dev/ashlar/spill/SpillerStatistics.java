package dev.ashlar.spill;

/**
 * A spiller's figures at one moment; exact when it is quiet.
 *
 * @param blocks how many it has
 * @param bytes of these
 * @param residentBlocks how many of them are in memory
 * @param residentBytes of these
 * @param spills how often a block left memory
 * @param restores how often one came back
 * @param failures how often one could not be written, and stayed
 */
public record SpillerStatistics(
        long blocks, long bytes, long residentBlocks, long residentBytes, long spills, long restores, long failures) {}
