package dev.ashlar.bench.jmh;

import java.util.Random;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

/**
 * The live blocks among which a benchmark works: half of them of mixed sizes and left alone, half of {@link #SMALL_BYTES} for a
 * benchmark to replace.
 *
 * <p>To begin with, twice as many are allocated and a random half of them freed, so that the heap has holes of all sizes between live
 * blocks. The same seed makes the same population in each allocator.
 */
final class Population {
    /** The size that the benchmarks allocate. */
    static final long SMALL_BYTES = 64;

    private static final int MIN_MIXED_BYTES = 16;
    private static final int MAX_MIXED_BYTES = 512;
    private static final long SEED = 20_250_916;

    private final long[] small;
    // xorshift64 (Marsaglia, 2003): three instructions, and the same numbers in each allocator's run.
    private long random = SEED;

    /**
     * Allocates a population.
     *
     * @param liveBlocks number of blocks, even
     * @param allocate size to address
     * @param free address
     */
    Population(int liveBlocks, LongUnaryOperator allocate, LongConsumer free) {
        Random sizes = new Random(SEED);
        long[] blocks = new long[liveBlocks * 2];
        for (int i = 0; i < blocks.length; i++) {
            boolean isSmall = i % 2 == 0;
            blocks[i] = allocate.applyAsLong(
                    isSmall ? SMALL_BYTES : sizes.nextInt(MIN_MIXED_BYTES, MAX_MIXED_BYTES + 1));
        }
        small = new long[liveBlocks / 2];
        thinOut(blocks, 0, small, sizes, free);
        thinOut(blocks, 1, new long[liveBlocks / 2], sizes, free);
    }

    /** Bytes that hold a population while it is made, with a third to spare. */
    static long capacityBytes(int liveBlocks) {
        return liveBlocks * 2L * MAX_MIXED_BYTES;
    }

    /** The place of a random block of {@link #SMALL_BYTES}. */
    int randomPlace() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (int) (((random >>> Integer.SIZE) * small.length) >>> Integer.SIZE);
    }

    long addressAt(int place) {
        return small[place];
    }

    void replaceAt(int place, long address) {
        small[place] = address;
    }

    /** Of every second block, keeps a random half, in random order, and frees the rest, in random order. */
    private static void thinOut(long[] blocks, int start, long[] kept, Random random, LongConsumer free) {
        for (int left = kept.length * 2; left > 0; left--) {
            int chosen = start + 2 * random.nextInt(left);
            int last = start + 2 * (left - 1);
            long address = blocks[chosen];
            blocks[chosen] = blocks[last];
            if (left <= kept.length) {
                kept[left - 1] = address;
            } else {
                free.accept(address);
            }
        }
    }
}
