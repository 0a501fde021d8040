package dev.ashlar.region;

import java.util.ArrayList;
import java.util.List;

import dev.ashlar.BlockState;
import dev.ashlar.SizeClassFragmentation;
import dev.ashlar.block.BlockLayout;
import dev.ashlar.block.SizeClasses;

/** Counts how many requests of each size class free blocks could serve, one by one, and if they were one piece. */
public final class ServableRequests {
    private final long[] servable = new long[SizeClasses.count()];
    private long freeUnits;

    /** Nothing yet. */
    public ServableRequests() {}

    /** Counts one block, if it is free. */
    public void add(long usableBytes, BlockState state) {
        if (state == BlockState.FREE) {
            long units = (usableBytes + BlockLayout.HEADER_BYTES) >>> BlockLayout.UNIT_SHIFT;
            freeUnits += units;
            addTo(servable, units);
        }
    }

    private static void addTo(long[] counts, long units) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += units / BlockLayout.unitsFor(SizeClasses.payloadBytes(i));
        }
    }

    /** What was counted, from the smallest class on. */
    public List<SizeClassFragmentation> bySizeClass() {
        long[] inOnePiece = new long[servable.length];
        addTo(inOnePiece, freeUnits);
        List<SizeClassFragmentation> classes = new ArrayList<>(servable.length);
        for (int i = 0; i < servable.length; i++) {
            classes.add(new SizeClassFragmentation(SizeClasses.payloadBytes(i), servable[i], inOnePiece[i]));
        }
        return List.copyOf(classes);
    }
}
