package dev.ashlar.sites;

/**
 * What one call site has, estimated from samples, in bytes requested.
 *
 * @param name the line that called the pool, as {@code org.example.Sort.spill:42}
 * @param liveBytes of blocks that were not freed when the recording ended
 * @param liveSamples that say so
 * @param allocatedBytes of all blocks allocated while it ran
 * @param allocatedSamples that say so
 */
public record Site(
        String name, long liveBytes, long liveSamples, long allocatedBytes, long allocatedSamples) {

    Site plus(Site other) {
        return new Site(
                name,
                liveBytes + other.liveBytes,
                liveSamples + other.liveSamples,
                allocatedBytes + other.allocatedBytes,
                allocatedSamples + other.allocatedSamples);
    }

    /** Live bytes, or all. */
    public long bytes(boolean allocated) {
        return allocated ? allocatedBytes : liveBytes;
    }

    /** The samples behind {@link #bytes}. */
    public long samples(boolean allocated) {
        return allocated ? allocatedSamples : liveSamples;
    }
}
