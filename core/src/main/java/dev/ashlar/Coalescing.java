package dev.ashlar;

/** When a freed block is merged with the free blocks next to it. */
public enum Coalescing {
    /** At each free, with both neighbours, in O(1). */
    IMMEDIATE,

    /**
     * Later: a freed block below 1 KiB waits, unmerged, for a request of its exact size. What waits is merged when no free block
     * fits, when it exceeds its share of committed memory, and on demand. Frees and reuse are faster; free memory is in smaller
     * pieces meanwhile.
     */
    DEFERRED
}
