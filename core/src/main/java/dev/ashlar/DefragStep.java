package dev.ashlar;

/** What a defragmentation does, in this order. */
public enum DefragStep {
    /** Puts cells that wait in arenas' queues back into their slabs. */
    DRAIN_QUEUES,
    /** Takes the caches of ended threads back, and on demand those that virtual threads share and leave idle. */
    TAKE_BACK_CACHES,
    /** Makes free blocks of empty slabs, which merge with their neighbours. */
    COALESCE,
    /** Empties regions by moving movable blocks, and gives back pages between those that stay: when that is worth it, on demand in any case. */
    COMPACT,
    /** Gives the pages inside free blocks back to the operating system: those that are due by decay, on demand all. */
    PURGE,
    /** Gives wholly free regions back to the operating system: those that are due by decay, on demand all. */
    RELEASE
}
