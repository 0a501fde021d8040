package dev.ashlar;

/** How bytes were reclaimed. The same memory may pass through several: a cell returns, its slab merges, its pages are purged. */
public enum ReclaimKind {
    /** Usable bytes of movable blocks that were moved, so that a region was emptied. */
    MOVED,
    /** Usable bytes of cells that came back from caches and queues to their slabs. */
    RETURNED,
    /** Bytes of empty slabs that became free blocks and merged. */
    COALESCED,
    /** Bytes that were resident in pages inside free blocks, as far as the operating system says; else of those pages. */
    PURGED,
    /** Committed bytes of wholly free regions, with their tables. */
    RELEASED
}
