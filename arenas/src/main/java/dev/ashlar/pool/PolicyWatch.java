package dev.ashlar.pool;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.Adaptation;
import dev.ashlar.Favour;
import dev.ashlar.FitPolicy;
import dev.ashlar.HeapCorruptionException;
import dev.ashlar.PolicySwitch;
import dev.ashlar.arena.CoreArena;
import dev.ashlar.event.PolicySwitched;

import static java.lang.System.Logger.Level.DEBUG;

/**
 * Lets the arenas with an adaptive policy look at their evidence where no request does, and tells the log of each switch. No lock is held while it is told: whatever
 * listens may allocate.
 */
final class PolicyWatch {
    private static final System.Logger LOG = System.getLogger("dev.ashlar");

    private final String poolName;
    private final ArenaGroup arenas;
    private final Favour favour;

    PolicyWatch(String poolName, ArenaGroup arenas, Favour favour) {
        this.poolName = poolName;
        this.arenas = arenas;
        this.favour = favour;
    }

    /** The worker's visit. An arena in which somebody is comes next time. */
    void visit() {
        for (int i = 0; i < arenas.count(); i++) {
            for (PolicySwitch change : consider(i)) {
                PolicySwitched.write(poolName, change.arena(), change.from(), change.to(), change.reason());
                LOG.log(DEBUG, () -> "pool '" + poolName + "': " + change);
            }
        }
    }

    private List<PolicySwitch> consider(int number) {
        try {
            return arenas.get(number).policy().consider();
        } catch (HeapCorruptionException e) {
            // Fenced now: who reaches a block there is told.
            return List.of();
        }
    }

    /** How often the policy in force was changed, in all arenas. */
    long switches() {
        return adaptation().switches();
    }

    /** What all arenas have done. */
    Adaptation adaptation() {
        List<FitPolicy> inForce = new ArrayList<>();
        List<PolicySwitch> recent = new ArrayList<>();
        long windows = 0;
        long switches = 0;
        for (int i = 0; i < arenas.count(); i++) {
            CoreArena arena = arenas.get(i);
            Adaptation own = arena.policy().adaptation();
            inForce.addAll(own.inForce());
            recent.addAll(own.recent());
            windows += own.windows();
            switches += own.switches();
        }
        return new Adaptation(favour, inForce, windows, switches, recent);
    }
}
