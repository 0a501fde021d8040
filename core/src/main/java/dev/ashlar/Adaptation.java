package dev.ashlar;

import java.io.Serializable;
import java.util.List;

/**
 * What {@link FitPolicy#ADAPTIVE} has done. A fixed policy leaves it as it was.
 *
 * @param favour what it favours
 * @param inForce the policy that serves requests now, by arena; one in a heap
 * @param windows that were looked at, in all arenas
 * @param switches how often it changed the policy in force, in all arenas
 * @param recent the last 16 of those changes in each arena, arena by arena, oldest first
 */
public record Adaptation(
        Favour favour, List<FitPolicy> inForce, long windows, long switches,
        List<PolicySwitch> recent) implements Serializable {
    /** Copies the lists. */
    public Adaptation {
        inForce = List.copyOf(inForce);
        recent = List.copyOf(recent);
    }
}
