package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;

/** Another arena than the home arena served a request. */
@Name("dev.ashlar.Steal")
@Label("Steal")
@Category({"Ashlar", "Memory"})
@Description("A request was served from another arena, as its own had no room")
@StackTrace(false)
@Throttle("100/s")
public final class Steal extends Event {
    private static final Steal ASKED = new Steal();

    @Label("Pool")
    String pool = "";

    @Label("Home Arena")
    @Description("Number of the arena that had no room")
    int home;

    @Label("Serving Arena")
    @Description("Number of the arena that served the request")
    int arena;

    @Label("Size")
    @Description("Size of the block that was asked for, with its guard")
    @DataAmount
    long size;

    private Steal() {}

    /** Writes the event, if it is enabled. */
    public static void write(String pool, int home, int arena, long size) {
        if (!ASKED.isEnabled()) {
            return;
        }
        Steal event = new Steal();
        if (event.shouldCommit()) {
            event.pool = pool;
            event.home = home;
            event.arena = arena;
            event.size = size;
            event.commit();
        }
    }
}
