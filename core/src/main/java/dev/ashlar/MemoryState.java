package dev.ashlar;

/** What a byte of committed memory is used for, as a walk over a pool's regions reports it. Each byte is in exactly one state. */
public enum MemoryState {
    /** Usable by the holder of a block or cell. */
    LIVE,

    /** Of a free cell in a cache. */
    CACHED,

    /** Of a free cell on its way back to its arena. */
    QUEUED,

    /** Free, and perhaps resident. */
    FREE,

    /** Free, in pages that were given back to the operating system, or not touched since it gave them. */
    PURGED,

    /** Of a block that was found damaged and is never handed out again. */
    WITHHELD,

    /** Headers of blocks and cells, and what a movable block has besides. */
    HEADER,

    /** Of no block: the edges of regions, and what cells leave of their slabs. */
    OVERHEAD
}
