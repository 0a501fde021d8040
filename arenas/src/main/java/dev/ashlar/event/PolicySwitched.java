package dev.ashlar.event;

import dev.ashlar.FitPolicy;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Another fit policy came into force: the adaptive policy decided so, or it was set. */
@Name("dev.ashlar.PolicySwitched")
@Label("Policy Switched")
@Category({"Ashlar", "Care"})
@Description("Another fit policy came into force in an arena, or was set for all of them")
public final class PolicySwitched extends Event {
    /** In place of an arena's number. */
    public static final int ALL_ARENAS = -1;

    private static final PolicySwitched ASKED = new PolicySwitched();

    @Label("Pool")
    String pool = "";

    @Label("Arena")
    @Description("Number of the arena, or -1 for all")
    int arena;

    @Label("From")
    String from = "";

    @Label("To")
    String to = "";

    @Label("Reason")
    String reason = "";

    private PolicySwitched() {}

    /** Writes the event, if it is enabled. */
    public static void write(String pool, int arena, FitPolicy from, FitPolicy to, String reason) {
        if (!ASKED.isEnabled()) {
            return;
        }
        PolicySwitched event = new PolicySwitched();
        event.pool = pool;
        event.arena = arena;
        event.from = from.name();
        event.to = to.name();
        event.reason = reason;
        event.commit();
    }
}
