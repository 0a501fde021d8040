package dev.ashlar.bench.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * Which 16-byte granules of the address space are held by live blocks: one bit each.
 *
 * <p>Every block starts at a multiple of 16, so no granule belongs to two of them, and the set finds any overlap exactly, at a cost
 * that depends on the size of the block and not on the number of blocks. The bits stand in chunks, one per 4 MiB of addresses that
 * ever held a block.
 */
final class GranuleSet {
    static final int GRANULE_BYTES = 16;

    private static final int GRANULES_PER_CHUNK = 1 << 18;

    private final Map<Long, long[]> chunks = new HashMap<>();

    private long recentNumber = -1;
    private long[] recent = new long[0];

    /**
     * Adds the granules of a block.
     *
     * @param address of the block, a multiple of {@link #GRANULE_BYTES}
     * @param byteSize of the block; an empty one holds its first granule
     * @return true, or false if one of them is held already; then nothing is said about the others
     */
    boolean add(long address, long byteSize) {
        long end = endGranule(address, byteSize);
        for (long granule = address / GRANULE_BYTES; granule < end;) {
            long[] chunk = chunk(granule / GRANULES_PER_CHUNK);
            int word = wordIndex(granule);
            long mask = mask(granule, end);
            if ((chunk[word] & mask) != 0) {
                return false;
            }
            chunk[word] |= mask;
            granule += Long.bitCount(mask);
        }
        return true;
    }

    /** Removes the granules of a block that was added. */
    void remove(long address, long byteSize) {
        long end = endGranule(address, byteSize);
        for (long granule = address / GRANULE_BYTES; granule < end;) {
            long mask = mask(granule, end);
            chunk(granule / GRANULES_PER_CHUNK)[wordIndex(granule)] &= ~mask;
            granule += Long.bitCount(mask);
        }
    }

    private static long endGranule(long address, long byteSize) {
        return (address + Math.max(byteSize, 1) + GRANULE_BYTES - 1) / GRANULE_BYTES;
    }

    private static int wordIndex(long granule) {
        return (int) (granule % GRANULES_PER_CHUNK / Long.SIZE);
    }

    /** The bits from a granule to the end of its word, or to {@code end} if that comes first. */
    private static long mask(long granule, long end) {
        long bit = granule % Long.SIZE;
        long count = Math.min(Long.SIZE - bit, end - granule);
        return -1L >>> (Long.SIZE - count) << bit;
    }

    private long[] chunk(long number) {
        if (number != recentNumber) {
            recent = chunks.computeIfAbsent(number, absent -> new long[GRANULES_PER_CHUNK / Long.SIZE]);
            recentNumber = number;
        }
        return recent;
    }
}
