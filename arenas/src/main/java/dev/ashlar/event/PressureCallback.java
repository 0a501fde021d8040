package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A callback was asked to free memory; the event lasts as long as the call. */
@Name("dev.ashlar.PressureCallback")
@Label("Pressure Callback")
@Category({"Ashlar", "Memory"})
@Description("A callback was asked to free memory before a request fails")
public final class PressureCallback extends Event {
    private static final PressureCallback ASKED = new PressureCallback();

    @Label("Pool")
    String pool = "";

    @Label("Priority")
    int priority;

    @Label("Requested Size")
    @DataAmount
    long requestedSize;

    @Label("Failed")
    @Description("Whether the callback threw an exception")
    boolean failed;

    private PressureCallback() {}

    /** An event that begins now, for {@link #write}; null if it is not enabled. */
    public static @Nullable PressureCallback begun() {
        if (!ASKED.isEnabled()) {
            return null;
        }
        PressureCallback event = new PressureCallback();
        event.begin();
        return event;
    }

    /** Ends and writes the event. */
    public void write(String ofPool, int ofPriority, long byteSize, boolean hasFailed) {
        end();
        if (shouldCommit()) {
            pool = ofPool;
            priority = ofPriority;
            requestedSize = byteSize;
            failed = hasFailed;
            commit();
        }
    }
}
