package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;

/** Regions became writable, and count as committed. Written under the monitor of the regions. */
@Name("dev.ashlar.RegionCommitted")
@Label("Region Committed")
@Category({"Ashlar", "Memory"})
@Description("An arena of a pool took regions into use that were not committed")
public final class RegionCommitted extends Event {
    private static final RegionCommitted ASKED = new RegionCommitted();

    @Label("Pool")
    String pool = "";

    @Label("Arena")
    @Description("Number of the arena, or -1 if the operating system refused some of the regions")
    int arena;

    @Label("Address")
    @Description("Address of the first of the regions")
    @MemoryAddress
    long address;

    @Label("Regions")
    int regions;

    @Label("Size")
    @Description("Size of the regions, with their shares of the tables")
    @DataAmount
    long size;

    private RegionCommitted() {}

    /** Writes the event, if it is enabled. */
    public static void write(String pool, int arena, long address, int regions, long size) {
        if (!ASKED.isEnabled()) {
            return;
        }
        RegionCommitted event = new RegionCommitted();
        event.pool = pool;
        event.arena = arena;
        event.address = address;
        event.regions = regions;
        event.size = size;
        event.commit();
    }
}
