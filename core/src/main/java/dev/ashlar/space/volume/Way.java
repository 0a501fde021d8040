package dev.ashlar.space.volume;

/** How all legs are placed under one policy, completely: it fits exactly if there is a placement that the policy permits. */
interface Way {
    /** Whether {@code length} extents of data for each leg, at least 1, can be placed. True for every shorter length, too. */
    boolean fits(long length);

    /** Takes them, into an empty draft. Only if they fit. */
    void place(Draft draft, long length);
}
