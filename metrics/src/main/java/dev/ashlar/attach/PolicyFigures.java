package dev.ashlar.attach;

import dev.ashlar.Adaptation;
import dev.ashlar.FitPolicy;

/**
 * A pool's fit policy.
 *
 * @param policy that is set
 * @param adaptation what is in force in each arena, and what an adaptive policy did
 */
public record PolicyFigures(FitPolicy policy, Adaptation adaptation) {}
