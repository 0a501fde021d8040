package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;

/** A wholly free region went back to the operating system. Written under the monitor of the regions. */
@Name("dev.ashlar.RegionReleased")
@Label("Region Released")
@Category({"Ashlar", "Memory"})
@Description("A pool gave a wholly free region back to the operating system")
public final class RegionReleased extends Event {
    private static final RegionReleased ASKED = new RegionReleased();

    @Label("Pool")
    String pool = "";

    @Label("Address")
    @MemoryAddress
    long address;

    @Label("Size")
    @Description("Size of the region, with its share of the tables")
    @DataAmount
    long size;

    private RegionReleased() {}

    /** Writes the event, if it is enabled. */
    public static void write(String pool, long address, long size) {
        if (!ASKED.isEnabled()) {
            return;
        }
        RegionReleased event = new RegionReleased();
        event.pool = pool;
        event.address = address;
        event.size = size;
        event.commit();
    }
}
