package dev.ashlar.event;

import java.util.stream.Collectors;

import dev.ashlar.DefragReport;
import dev.ashlar.DefragStep;
import dev.ashlar.ReclaimKind;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** A run of a pool's worker in which something was due; the event lasts as long as the run. */
@Name("dev.ashlar.Defragmentation")
@Label("Defragmentation")
@Category({"Ashlar", "Care"})
@Description("A run of a pool's worker, on demand or because something was due")
@StackTrace(false)
public final class Defragmentation extends Event {
    private static final Defragmentation ASKED = new Defragmentation();

    @Label("Pool")
    String pool = "";

    @Label("Run")
    @Description("Number of the run, from 1 on")
    long run;

    @Label("Requested")
    @Description("Whether somebody asked for it")
    boolean requested;

    @Label("Steps")
    String steps = "";

    @Label("End")
    @Description("Why the run ended")
    String end = "";

    @Label("Returned Cells")
    @DataAmount
    long returned;

    @Label("Coalesced")
    @DataAmount
    long coalesced;

    @Label("Purged")
    @DataAmount
    long purged;

    @Label("Released")
    @DataAmount
    long released;

    @Label("Moved")
    @DataAmount
    long moved;

    @Label("Fragmentation Before")
    @Percentage
    double fragmentationBefore;

    @Label("Fragmentation After")
    @Percentage
    double fragmentationAfter;

    @Label("Failures")
    @Description("How many steps failed")
    long failures;

    private Defragmentation() {}

    /** An event that begins now, for {@link #write}; null if it is not enabled. */
    public static @Nullable Defragmentation begun() {
        if (!ASKED.isEnabled()) {
            return null;
        }
        Defragmentation event = new Defragmentation();
        event.begin();
        return event;
    }

    /** Ends and writes the event. */
    public void write(String ofPool, DefragReport report) {
        end();
        if (!shouldCommit()) {
            return;
        }
        pool = ofPool;
        run = report.number();
        requested = report.requested();
        steps = report.steps().stream().map(DefragStep::name).collect(Collectors.joining(" "));
        end = report.end().name();
        returned = report.bytes(ReclaimKind.RETURNED);
        coalesced = report.bytes(ReclaimKind.COALESCED);
        purged = report.bytes(ReclaimKind.PURGED);
        released = report.bytes(ReclaimKind.RELEASED);
        moved = report.bytes(ReclaimKind.MOVED);
        fragmentationBefore = report.before().fragmentation();
        fragmentationAfter = report.after().fragmentation();
        failures = report.failureCount();
        commit();
    }
}
