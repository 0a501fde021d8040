package dev.ashlar.space;

/**
 * The 64 classes of lengths by which the nodes of a bitmap's tree say what free runs are below them: exact up to 7, four a doubling up to
 * 2^16, one for two doublings up to 2^22, and one for all above. Longer runs are never in a lower class.
 */
final class RunClasses {
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

    /** The shortest length of a class. */
    static long shortest(int kind) {
        if (kind < EXACT) {
            return kind;
        }
        int fine = 4 * (FINE_DOUBLINGS - 1);
        return kind < fine ? (4L + (kind & 3)) << (kind / 4 - 1) : 1L << (FINE_DOUBLINGS + 2 * (kind - fine));
    }
}
