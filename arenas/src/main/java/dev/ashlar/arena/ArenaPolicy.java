package dev.ashlar.arena;

import java.util.List;

import dev.ashlar.Adaptation;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.PolicySwitch;
import dev.ashlar.region.AdaptiveFit;

/** The fit policy of an arena; under its lock. */
public final class ArenaPolicy {
    private final ArenaState state;

    /** Guarded by the lock. */
    private long toldSwitches;

    ArenaPolicy(ArenaState state) {
        this.state = state;
    }

    /** The fit policy that was set. */
    public FitPolicy get() {
        return state.space.policy();
    }

    /** Changes the fit policy. */
    public void set(FitPolicy policy) {
        state.inside(() -> {
            state.space.policy(policy);
            return null;
        });
    }

    /**
     * Looks at the evidence, if the policy is adaptive and nobody is inside.
     *
     * @return the switches since the last time when it was asked, as far as they are kept
     */
    public List<PolicySwitch> consider() {
        if (!state.gate.enter(false)) {
            return List.of();
        }
        try {
            if (state.gate.isClosed() || state.gate.isFenced()) {
                return List.of();
            }
            state.space.considerPolicy();
            AdaptiveFit adaptive = state.space.adaptive();
            List<PolicySwitch> recent = adaptive.recent();
            int fresh = (int) Math.min(adaptive.switches() - toldSwitches, recent.size());
            toldSwitches = adaptive.switches();
            return recent.subList(recent.size() - fresh, recent.size());
        } catch (HeapCorruptionException e) {
            throw state.gate.fence(e);
        } catch (Error e) {
            state.gate.suspect();
            throw e;
        } finally {
            state.exit();
        }
    }

    /** What the adaptive policy has done here. */
    public Adaptation adaptation() {
        return state.inside(() -> state.space.adaptation());
    }
}
