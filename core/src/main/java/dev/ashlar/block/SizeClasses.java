package dev.ashlar.block;

/**
 * The sizes that small requests are rounded to where they are grouped: by payload, steps of 16 bytes up to 1 KiB, then 8 steps a
 * doubling up to 8 KiB.
 *
 * <p>A class of payload {@code n} has cells of {@code n + 16} bytes, header and all: a multiple of 16 that leaves its holder {@code n + 8}.
 * All methods are O(1) arithmetic; the tables are constants.
 */
public final class SizeClasses {
    /** How many classes have steps of 16 bytes. */
    private static final int FINE = 64;

    private static final int FINE_MAX = 1024;
    private static final int FINE_SHIFT = 10;
    private static final int STEP_SHIFT = 3;
    private static final int[] PAYLOADS = payloads();

    /** How many classes there are. */
    public static final int COUNT = PAYLOADS.length;

    /** The largest request that has a class. */
    public static final int MAX_BYTES = PAYLOADS[PAYLOADS.length - 1] + BlockLayout.HEADER_BYTES;

    private SizeClasses() {}

    /** How many classes there are. */
    public static int count() {
        return COUNT;
    }

    /** Payload bytes of a class; ascending. */
    public static int payloadBytes(int sizeClass) {
        return PAYLOADS[sizeClass];
    }

    /** Bytes that the holder of a cell may use. */
    public static int usableBytes(int sizeClass) {
        return PAYLOADS[sizeClass] + BlockLayout.HEADER_BYTES;
    }

    /** Bytes from one cell to the next. */
    public static int strideBytes(int sizeClass) {
        return PAYLOADS[sizeClass] + 2 * BlockLayout.HEADER_BYTES;
    }

    /**
     * The smallest class that has room.
     *
     * @param byteSize from 0 to {@link #MAX_BYTES}
     */
    public static int of(long byteSize) {
        int bytes = (int) byteSize;
        if (bytes <= FINE_MAX + BlockLayout.HEADER_BYTES) {
            return Math.max(0,
                    ((bytes + (BlockLayout.HEADER_BYTES + BlockLayout.UNIT_BYTES - 1)) >>> BlockLayout.UNIT_SHIFT) - 2);
        }
        int last = bytes - BlockLayout.HEADER_BYTES - 1;
        int doubling = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
        return FINE
                + ((doubling - FINE_SHIFT) << STEP_SHIFT)
                + ((last - (1 << doubling)) >>> (doubling - STEP_SHIFT));
    }

    /**
     * The smallest class that has room, and whose cells are so aligned; or -1. A slab begins its cells at a multiple of the largest power
     * of two that divides their stride, so all of them are at one.
     *
     * @param byteSize from 0 to {@link #MAX_BYTES}
     * @param alignment a power of two
     */
    public static int ofAligned(long byteSize, long alignment) {
        int sizeClass = of(byteSize);
        if (alignment <= BlockLayout.UNIT_BYTES) {
            return sizeClass;
        }
        if (alignment > FINE_MAX || sizeClass >= FINE) {
            return -1;
        }
        long stride = (strideBytes(sizeClass) + alignment - 1) & -alignment;
        int aligned = (int) (stride >>> BlockLayout.UNIT_SHIFT) - 2;
        return aligned < FINE ? aligned : -1;
    }

    private static int[] payloads() {
        int[] payloads = new int[FINE + 3 * 8];
        int count = 0;
        for (int bytes = 16; bytes <= FINE_MAX; bytes += 16) {
            payloads[count++] = bytes;
        }
        for (int doubling = FINE_MAX; doubling < 8192; doubling *= 2) {
            for (int step = 1; step <= 8; step++) {
                payloads[count++] = doubling + step * doubling / 8;
            }
        }
        return payloads;
    }
}
