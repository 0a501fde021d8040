package dev.ashlar.spill;

/** Asked once, before contents change hands: whether somebody still waits for them. */
@FunctionalInterface
interface Handover {
    /** For a caller that waits itself. */
    Handover ALWAYS = () -> true;

    /** Whether to go on; if so, there is no way back. */
    boolean isDue();
}
