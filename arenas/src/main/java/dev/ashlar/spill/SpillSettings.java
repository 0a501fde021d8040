package dev.ashlar.spill;

import java.io.IOException;
import java.nio.file.Path;

/** What files and sets have in common. */
final class SpillSettings {
    private static final long MIN_BLOCK_BYTES = 512;
    private static final long MAX_BLOCK_BYTES = 1 << 30;

    String name = "spill";
    long blockBytes = 4096;
    boolean sync;
    Channels channels = FileSpillChannel::create;
    private int maxInFlight = 8;
    private long maxInFlightBytes = 64L << 20;

    /** How files are made. */
    @FunctionalInterface
    interface Channels {
        SpillChannel open(Path file, boolean sync) throws IOException;
    }

    void blockSize(long byteSize) {
        if (Long.bitCount(byteSize) != 1 || byteSize < MIN_BLOCK_BYTES || byteSize > MAX_BLOCK_BYTES) {
            throw new IllegalArgumentException(
                    "blockSize: " + byteSize + " (expected: a power of two from 512 to 2^30)");
        }
        blockBytes = byteSize;
    }

    void inFlight(int operations, long byteSize) {
        maxInFlight = (int) inRange("operations", operations, 1, Integer.MAX_VALUE);
        maxInFlightBytes = inRange("byteSize", byteSize, 1, Long.MAX_VALUE);
    }

    <S> SpillEngine<S> engine(Ground<S> ground, SpillCounters counters) {
        return new SpillEngine<>(name, ground, new InFlight(maxInFlight, maxInFlightBytes), counters);
    }

    static long inRange(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + ": " + value + " (expected: from " + least + " to " + most + ")");
        }
        return value;
    }
}
