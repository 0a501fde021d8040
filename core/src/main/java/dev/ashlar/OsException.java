package dev.ashlar;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

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

    /**
     * Describes a refusal.
     *
     * @param call that was refused
     * @param address it was called with, or 0
     * @param bytes it was called with
     * @param errno that it set, or 0
     * @param message all of that in words
     * @param cause a Java exception that reported it, or null
     */
    public OsException(
            String call, long address, long bytes, int errno, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.call = call;
        this.address = address;
        this.bytes = bytes;
        this.errno = errno;
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
