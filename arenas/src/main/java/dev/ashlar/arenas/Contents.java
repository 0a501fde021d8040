package dev.ashlar.arenas;

/** What memory holds when it is handed out. */
public enum Contents {
    /** Zeros. */
    ZEROED,
    /** Whatever the last owner left: cheaper, for who writes all of it anyway. */
    UNSPECIFIED
}
