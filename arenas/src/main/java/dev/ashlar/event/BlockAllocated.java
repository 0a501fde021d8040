package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.SettingDefinition;
import jdk.jfr.StackTrace;

/** A block was allocated that the sampler chose. Its stack trace is the call site. */
@Name("dev.ashlar.BlockAllocated")
@Label("Block Allocated")
@Category({"Ashlar", "Sampling"})
@Description("A sampled block was allocated; on average one for each interval of bytes requested")
@Enabled(false)
@StackTrace
public final class BlockAllocated extends Event {
    private static final BlockAllocated ASKED = new BlockAllocated();

    @Label("Pool")
    String pool = "";

    @Label("Sample")
    @Description("Number of the sample in this process, which its free has, too")
    long sample;

    @Label("Address")
    @MemoryAddress
    long address;

    @Label("Requested Size")
    @DataAmount
    long requestedSize;

    @Label("Weight")
    @Description("Estimate of the bytes requested that this sample stands for")
    @DataAmount
    long weight;

    private BlockAllocated() {}

    /** Whether some recording has it enabled: then blocks are sampled. */
    public static boolean isOn() {
        return ASKED.isEnabled();
    }

    /** The setting of the interval. It does not choose among events: the sampler has done so. */
    @Name("interval")
    @Label("Sampling Interval")
    @Description("Bytes requested between two samples on average, such as 512 kB")
    @SettingDefinition
    boolean interval(SamplingInterval interval) {
        return true;
    }

    /** Writes the event, if it is enabled. */
    public static void write(String pool, long sample, long address, long requestedSize, long weight) {
        if (!isOn()) {
            return;
        }
        BlockAllocated event = new BlockAllocated();
        event.pool = pool;
        event.sample = sample;
        event.address = address;
        event.requestedSize = requestedSize;
        event.weight = weight;
        event.commit();
    }
}
