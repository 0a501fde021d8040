package dev.ashlar.space.volume;

/** What a source is good for. A request names the tiers that it may use, in its order of preference. */
public enum Tier {
    /** Low latency: memory-backed, solid state. */
    FAST,
    /** The bulk of the space. The default. */
    CAPACITY,
    /** Rarely read. */
    ARCHIVE
}
