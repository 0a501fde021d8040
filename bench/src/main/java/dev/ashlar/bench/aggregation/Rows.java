package dev.ashlar.bench.aggregation;

/**
 * Made-up rows: a key and a value for each number, always the same for a seed.
 *
 * <p>Keys are numbered from 0 on; the key itself is that number times an odd constant, which spreads them over all longs and can be undone.
 */
final class Rows {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final long INVERSE = inverse(GOLDEN);

    private final long seed;
    private final long keys;

    Rows(long seed, long keys) {
        this.seed = mix(seed + GOLDEN);
        this.keys = keys;
    }

    long key(long row) {
        return keyNumber(row) * GOLDEN;
    }

    /** From 0 to the number of keys. */
    long keyNumber(long row) {
        return Math.unsignedMultiplyHigh(mix(seed + row * GOLDEN), keys);
    }

    static long numberOf(long key) {
        return key * INVERSE;
    }

    int value(long row) {
        return (int) mix(~seed + row);
    }

    /** The finalizer of SplitMix64. Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014. */
    static long mix(long x) {
        long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Of an odd number, modulo 2^64: each round of Newton's doubles the bits that are right. */
    private static long inverse(long odd) {
        long inverse = odd;
        for (int bits = 3; bits < Long.SIZE; bits *= 2) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }
}
