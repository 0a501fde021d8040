package dev.ashlar.event;

import dev.ashlar.HeapStatistics;
import dev.ashlar.PoolExhaustedException.Cause;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import org.jspecify.annotations.Nullable;

/** A request failed for want of memory: its caller is thrown an exception. */
@Name("dev.ashlar.AllocationFailed")
@Label("Allocation Failed")
@Category({"Ashlar", "Memory"})
@Description("A request failed after all that could be done to make room")
public final class AllocationFailed extends Event {
    private static final AllocationFailed ASKED = new AllocationFailed();

    @Label("Pool")
    String pool = "";

    @Label("Budget")
    @Description("Name of the budget whose limit, or a parent's, leaves too little")
    @Nullable
    String budget;

    @Label("Cause")
    String cause = "";

    @Label("Requested Size")
    @DataAmount
    long requestedSize;

    @Label("Alignment")
    @DataAmount
    long alignment;

    @Label("Capacity")
    @DataAmount
    long capacity;

    @Label("Committed")
    @DataAmount
    long committed;

    @Label("Live")
    @DataAmount
    long live;

    @Label("Pending")
    @Description("Free for callers, and still in caches and queues")
    @DataAmount
    long pending;

    @Label("Free")
    @DataAmount
    long free;

    @Label("Largest Free Block")
    @DataAmount
    long largestFree;

    private AllocationFailed() {}

    /** Writes the event, if it is enabled. */
    public static void write(
            String pool, @Nullable String budget, Cause cause, long byteSize, long alignment, HeapStatistics now) {
        if (!ASKED.isEnabled()) {
            return;
        }
        AllocationFailed event = new AllocationFailed();
        event.pool = pool;
        event.budget = budget;
        event.cause = cause.name();
        event.requestedSize = byteSize;
        event.alignment = alignment;
        event.capacity = now.capacityBytes();
        event.committed = now.committedBytes();
        event.live = now.liveBytes();
        event.pending = now.pendingBytes();
        event.free = now.freeBytes();
        event.largestFree = now.largestFreeBytes();
        event.commit();
    }
}
