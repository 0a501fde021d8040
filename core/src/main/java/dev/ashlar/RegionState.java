package dev.ashlar;

/** What a region is doing. */
public enum RegionState {
    /** Not asked for from the operating system, or given back to it. */
    UNCOMMITTED,

    /** Wholly free, and still committed. */
    RETAINED,

    /** An arena's, with blocks in it. */
    IN_USE
}
