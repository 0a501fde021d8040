package dev.ashlar;

import java.io.Serializable;

/**
 * The free space of partly used regions at one moment. Wholly free regions are not in it: they are no fragmentation.
 *
 * @param blocks how many free blocks and free cells there are
 * @param bytes their usable bytes
 * @param largestBytes usable bytes of the largest free block
 */
public record FreeSpace(long blocks, long bytes, long largestBytes) implements Serializable {
    /** External fragmentation: {@code 1 - largest free block / total free}, 0 if nothing is free. */
    public double fragmentation() {
        return bytes == 0 ? 0 : 1 - (double) largestBytes / bytes;
    }

    /** This and the space of another arena; the larger of the largest. */
    public FreeSpace plus(FreeSpace other) {
        return new FreeSpace(
                blocks + other.blocks, bytes + other.bytes, Math.max(largestBytes, other.largestBytes));
    }
}
