package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Blocks that nobody frees any more. */
@Name("dev.ashlar.Leak")
@Label("Leak")
@Category({"Ashlar", "Leaks"})
@Description("Blocks are live whose pool or budget is closed, or whose arena nobody can close any more")
@StackTrace(false)
public final class Leak extends Event {
    private static final Leak ASKED = new Leak();

    @Label("Pool")
    String pool = "";

    @Label("Owner Kind")
    String ownerKind = "";

    @Label("Owner")
    String owner = "";

    @Label("Blocks")
    @Description("How many blocks are live, or -1 if that is not known")
    long blocks;

    @Label("Size")
    @Description("Usable size of the blocks, or -1 if that is not known")
    @DataAmount
    long size;

    @Label("Sites")
    @Description("Where sampled ones of them were allocated, the most bytes first; empty if none was sampled")
    String sites = "";

    private Leak() {}

    /** Whether some recording has it enabled: who asks can spare finding out. */
    public static boolean isOn() {
        return ASKED.isEnabled();
    }

    /** Writes the event, if it is enabled. */
    public static void write(String pool, String ownerKind, String owner, long blocks, long size, String sites) {
        if (!isOn()) {
            return;
        }
        Leak event = new Leak();
        event.pool = pool;
        event.ownerKind = ownerKind;
        event.owner = owner;
        event.blocks = blocks;
        event.size = size;
        event.sites = sites;
        event.commit();
    }
}
