package dev.ashlar.bench.peer;

/** Which threads may use a peer, and how. */
public enum Threading {
    /** Any number at once; each frees what any has allocated. */
    ANY,

    /** Any number at once; each frees only what itself has allocated. */
    OWN_BLOCKS,

    /** One at a time. */
    ONE_AT_A_TIME
}
