package dev.ashlar.space;

/**
 * The 64 classes of lengths by which the nodes of a bitmap's tree say what free runs are below them: exact up to 7, four a doubling up to
 * 2^16, one for two doublings up to 2^22, and one for all above. Longer runs are never in a lower class.
 *
 * <p>Within a class, lengths are told apart by 16 steps: each length has its own below 128, and from there on as many share one as there are to a
 * sixteenth of the class.
 */
final class RunClasses {
    /** Steps of a class. */
    static final int STEPS = 16;

    /** The bits of all steps. */
    static final int ALL_STEPS = (1 << STEPS) - 1;

    private static final int EXACT = 8;
    private static final int FINE_DOUBLINGS = 16;
    private static final int COUNT = 64;

    private RunClasses() {}

    static int classOf(long length) {
        if (length < EXACT) {
            return (int) length;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(length);
        return exponent < FINE_DOUBLINGS
                ? 4 * (exponent - 1) + (int) (length >>> (exponent - 2) & 3)
                : Math.min(COUNT - 1, 4 * (FINE_DOUBLINGS - 1) + (exponent - FINE_DOUBLINGS) / 2);
    }

    /** The bit that stands for the class of a length; no bit for length 0. */
    static long bit(long length) {
        return length == 0 ? 0 : 1L << classOf(length);
    }

    /** Where a length is within its class, from 0 to 15, never less for a longer one; 0 for all that are above 2^16. */
    static int stepOf(long length) {
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(length | 1);
        return exponent < FINE_DOUBLINGS ? (int) (length >>> Math.max(0, exponent - 6)) & (STEPS - 1) : 0;
    }

    /** The set of all steps from that of one length to that of another in the same class, as bits. */
    static int steps(long from, long to) {
        return (-1 << stepOf(from)) & ((2 << stepOf(to)) - 1);
    }

    /** The same steps for each fourth of the classes that there are: those of the classes 0, 4, 8, ... lowest, 16 bits each. */
    static long byFourth(long classes, int steps) {
        long kinds = classes | classes >>> 32;
        kinds |= kinds >>> 16;
        kinds |= kinds >>> 8;
        kinds = (kinds | kinds >>> 4) & 15;
        // One bit in each 16 for each fourth, and that many times the steps.
        return ((kinds | kinds << 15 | kinds << 30 | kinds << 45) & 0x0001_0001_0001_0001L) * steps;
    }

    /** The shortest length of a class. */
    static long shortest(int kind) {
        if (kind < EXACT) {
            return kind;
        }
        int fine = 4 * (FINE_DOUBLINGS - 1);
        return kind < fine ? (4L + (kind & 3)) << (kind / 4 - 1) : 1L << (FINE_DOUBLINGS + 2 * (kind - fine));
    }
}
