package dev.ashlar.os;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

import dev.ashlar.lock.LockRank;

/**
 * The mappings that {@link PortableMemory} has made, by address: how {@link Memory} gets from an address to bytes where
 * native access is denied.
 *
 * <p>
 * Readers search an immutable array; writers, which are as rare as pools, replace it. A mapping is never removed by
 * address: closing its scope frees the addresses before anybody can say so here, and another mapping may have them by
 * then. Instead each change leaves out what is no longer alive.
 */
final class PortableMappings {

    /** Sorted by address, never changed in place. No two that are alive overlap. */
    private static volatile MemorySegment[] mappings = {};

    private PortableMappings() {}

    /** Makes the addresses of a mapping usable. */
    static synchronized void add(MemorySegment mapping) {
        assert LockRank.PROCESS.mayEnter();
        mappings = sorted(Stream.concat(alive(), Stream.of(mapping)));
    }

    /** Forgets every mapping whose scope is closed. */
    static synchronized void removeClosed() {
        assert LockRank.PROCESS.mayEnter();
        mappings = sorted(alive());
    }

    /**
     * Returns the segment of a range.
     *
     * @throws IllegalStateException
     *             if the range does not lie within one mapping. If the mapping is closed, the access through the
     *             segment
     *             throws the same exception
     */
    static MemorySegment slice(long address, long bytes) {
        MemorySegment[] sorted = mappings;
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle].address() <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low > 0) {
            MemorySegment mapping = sorted[low - 1];
            long offset = address - mapping.address();
            if (bytes >= 0 && offset <= mapping.byteSize() - bytes) {
                return mapping.asSlice(offset, bytes);
            }
        }
        throw new IllegalStateException(
                "0x" + Long.toHexString(address) + ", " + bytes + " bytes (expected: a range within one mapping)");
    }

    private static Stream<MemorySegment> alive() {
        return Arrays.stream(mappings).filter(mapping -> mapping.scope().isAlive());
    }

    private static MemorySegment[] sorted(Stream<MemorySegment> unsorted) {
        return unsorted.sorted(Comparator.comparingLong(MemorySegment::address)).toArray(MemorySegment[]::new);
    }
}
