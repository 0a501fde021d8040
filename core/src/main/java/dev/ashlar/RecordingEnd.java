package dev.ashlar;

/** Why the recording of a pool has ended. */
public enum RecordingEnd {
    /** Its user closed it. */
    CLOSED,

    /** The file would have grown beyond its limit. */
    LIMIT,

    /** The pool was closed. */
    POOL_CLOSED,

    /** The pool was dropped without being closed. */
    POOL_DROPPED,

    /** Events came faster than they could be written for so long that the pool's callers would have had to wait. */
    FELL_BEHIND,

    /** The file could not be written; there is none. */
    FAILED
}
