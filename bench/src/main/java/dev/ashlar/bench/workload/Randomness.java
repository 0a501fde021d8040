package dev.ashlar.bench.workload;

/**
 * xorshift64 (Marsaglia, 2003): three instructions, and the same numbers for each allocator, and in C.
 *
 * <p>Belongs to one thread.
 */
final class Randomness {
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final int WARM_UP = 8;

    private long state;

    /**
     * Numbers of their own for each stream.
     *
     * @param seed of the run
     * @param stream such as a thread's index
     */
    Randomness(long seed, long stream) {
        long mixed = (seed + 1) * GOLDEN ^ (stream + 1) * 0xBF58_476D_1CE4_E5B9L;
        state = mixed == 0 ? GOLDEN : mixed;
        for (int i = 0; i < WARM_UP; i++) {
            next();
        }
    }

    /** 64 bits, never all 0. */
    long next() {
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        return state;
    }

    /** From 0 to {@code bound - 1}. */
    int below(int bound) {
        return (int) (((next() >>> Integer.SIZE) * bound) >>> Integer.SIZE);
    }

    /** From {@code least} to {@code most}, both included. */
    int between(int least, int most) {
        return least + below(most - least + 1);
    }

    /** True in so many of a hundred cases. */
    boolean percent(int chances) {
        return below(100) < chances;
    }
}
