package dev.ashlar.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A sampled block was freed. */
@Name("dev.ashlar.BlockFreed")
@Label("Block Freed")
@Category({"Ashlar", "Sampling"})
@Description("A sampled block was freed, by whoever held it or at the end of its arena")
@Enabled(false)
@StackTrace
public final class BlockFreed extends Event {
    private static final BlockFreed ASKED = new BlockFreed();

    @Label("Pool")
    String pool = "";

    @Label("Sample")
    @Description("Number of the sample in this process, which its allocation has, too")
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

    private BlockFreed() {}

    /** Writes the event, if it is enabled. */
    public static void write(String pool, long sample, long address, long requestedSize, long weight) {
        if (!ASKED.isEnabled()) {
            return;
        }
        BlockFreed event = new BlockFreed();
        event.pool = pool;
        event.sample = sample;
        event.address = address;
        event.requestedSize = requestedSize;
        event.weight = weight;
        event.commit();
    }
}
