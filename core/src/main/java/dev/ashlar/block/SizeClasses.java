package dev.ashlar.block;

/**
 * The sizes, by payload, that small requests are rounded to where they are grouped: steps of 16 bytes up to 1 KiB, then 8 steps a
 * doubling up to 8 KiB.
 */
public final class SizeClasses {
    private static final int[] PAYLOADS = payloads();

    private SizeClasses() {}

    /** How many classes there are. */
    public static int count() {
        return PAYLOADS.length;
    }

    /** Payload bytes of a class; ascending. */
    public static int payloadBytes(int sizeClass) {
        return PAYLOADS[sizeClass];
    }

    private static int[] payloads() {
        int[] payloads = new int[64 + 3 * 8];
        int count = 0;
        for (int bytes = 16; bytes <= 1024; bytes += 16) {
            payloads[count++] = bytes;
        }
        for (int doubling = 1024; doubling < 8192; doubling *= 2) {
            for (int step = 1; step <= 8; step++) {
                payloads[count++] = doubling + step * doubling / 8;
            }
        }
        return payloads;
    }
}
