package dev.ashlar.doctor;

/** What can be found. The names stay: programs read them. */
public enum Ailment {
    /** No problem. */
    NONE,
    /** Damage was found in arenas, and they serve nothing. */
    FENCED_ARENAS,
    /** The worker's thread has ended. */
    WORKER_DEAD,
    /** The operating system refused to commit memory. */
    COMMIT_REFUSED,
    /** Requests failed, waited, or asked callbacks to free, as regions may take no more. */
    CAPACITY_TOO_SMALL,
    /** A budget has so much that others were refused. */
    STARVING_BUDGET,
    /** What is free is in pieces that are too small. */
    FRAGMENTATION,
    /** Views, arenas or budgets were given up with blocks in them. */
    LEAKS,
    /** Much of committed memory is in caches and queues. */
    PENDING_HELD,
    /** Free pages stay with the process, as decay is off. */
    DECAY_OFF,
    /** The operating system refused to take memory back. */
    FAILED_RELEASES
}
