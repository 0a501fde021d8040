package dev.ashlar;

import java.io.Serializable;

/**
 * A change of the policy in force that {@link FitPolicy#ADAPTIVE} decided on.
 *
 * @param arena of a pool, by number; 0 in a heap
 * @param window the number of the last window before, from 1 on, counted since the heap or pool was made
 * @param from the policy until then
 * @param to the policy from then on
 * @param reason in words
 * @param evidence of that window
 */
public record PolicySwitch(
        int arena, long window, FitPolicy from, FitPolicy to, String reason,
        FitEvidence evidence) implements Serializable {}
