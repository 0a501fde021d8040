package dev.ashlar.os;

import java.io.Serial;

/**
 * A call to the operating system was refused. The message names the call, its arguments and the error:
 * {@code mprotect(0x7f52c8000000, 1048576, READ|WRITE) failed: ENOMEM (12), Cannot allocate memory}.
 */
public final class OsException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String call;
    private final long address;
    private final long bytes;
    private final int errno;

    private OsException(String call, long address, long bytes, int errno, String message) {
        super(message);
        this.call = call;
        this.address = address;
        this.bytes = bytes;
        this.errno = errno;
    }

    static OsException of(String call, long address, long bytes, String mode, int errno) {
        String message = signature(call, address, bytes, mode) + " failed: " + Errno.describe(errno);
        return new OsException(call, address, bytes, errno, message);
    }

    /** For a refusal that Java reports by an exception of its own. */
    static OsException of(String call, long bytes, String mode, Throwable cause) {
        String message = signature(call, 0, bytes, mode) + " failed: " + cause;
        OsException e = new OsException(call, 0, bytes, 0, message);
        e.initCause(cause);
        return e;
    }

    private static String signature(String call, long address, long bytes, String mode) {
        return call + "(0x" + Long.toHexString(address) + ", " + bytes + (mode.isEmpty() ? "" : ", " + mode) + ")";
    }

    /** Returns the name of the call. */
    public String call() {
        return call;
    }

    /** Returns the address it was called with, or 0 where the system was to choose one. */
    public long address() {
        return address;
    }

    /** Returns the length it was called with, in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Returns the error number, or 0 if the call was not a POSIX call: the cause then says what happened. */
    public int errno() {
        return errno;
    }
}
