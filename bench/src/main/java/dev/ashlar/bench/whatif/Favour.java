package dev.ashlar.bench.whatif;

/** What counts more if no setting is best at both. */
public enum Favour {
    /** A small footprint. */
    MEMORY,

    /** Speed. */
    SPEED
}
