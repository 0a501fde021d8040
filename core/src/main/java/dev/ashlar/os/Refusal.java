package dev.ashlar.os;

import dev.ashlar.OsException;

/** Makes the exceptions of refused calls. */
final class Refusal {

    private Refusal() {}

    static OsException of(String call, long address, long bytes, String mode, int errno) {
        String message = signature(call, address, bytes, mode) + " failed: " + Errno.describe(errno);
        return new OsException(call, address, bytes, errno, message, null);
    }

    /** For a refusal that Java reports by an exception of its own. */
    static OsException of(String call, long bytes, String mode, Throwable cause) {
        String message = signature(call, 0, bytes, mode) + " failed: " + cause;
        return new OsException(call, 0, bytes, 0, message, cause);
    }

    private static String signature(String call, long address, long bytes, String mode) {
        return call + "(0x" + Long.toHexString(address) + ", " + bytes + (mode.isEmpty() ? "" : ", " + mode) + ")";
    }
}
