package dev.ashlar;

/** What a block is doing, as a walk over a heap reports it. */
public enum BlockState {
    /** In a free list, merged with its neighbours. */
    FREE,

    /** Held by a caller. */
    LIVE,

    /** Free for callers, not merged yet: it waits for a request of its size ("pending"). */
    CACHED,

    /** Found damaged by the hardened checks and never handed out again. */
    WITHHELD
}
