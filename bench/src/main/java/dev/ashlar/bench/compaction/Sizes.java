package dev.ashlar.bench.compaction;

import java.util.SplittableRandom;

/** How large the blocks of a run are: between two bounds, and as many of each doubling. */
public enum Sizes {
    /** 16 bytes to 1 KiB: keys, rows. */
    SMALL(4, 10),
    /** 16 bytes to 256 KiB. */
    MIXED(4, 18),
    /** 64 KiB to 1 MiB: pages, buffers. */
    LARGE(16, 20);

    private final int lowShift;
    private final int highShift;

    Sizes(int lowShift, int highShift) {
        this.lowShift = lowShift;
        this.highShift = highShift;
    }

    /** One of them. */
    long next(SplittableRandom random) {
        double shift = lowShift + random.nextDouble() * (highShift - lowShift);
        return (long) Math.scalb(Math.pow(2, shift - Math.floor(shift)), (int) Math.floor(shift));
    }

    /** What they are on average, about. */
    long meanBytes() {
        return (long) (((1L << highShift) - (1L << lowShift)) / ((highShift - lowShift) * Math.log(2)));
    }
}
