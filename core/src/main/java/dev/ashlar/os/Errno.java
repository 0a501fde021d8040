package dev.ashlar.os;

/**
 * The error numbers of Linux that the calls here can end with, by name and meaning. The numbers are the same on x86-64
 * and aarch64.
 */
final class Errno {

    static final int EPERM = 1;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EINVAL = 22;
    static final int ENODEV = 19;
    static final int ENOSYS = 38;
    static final int EOVERFLOW = 75;

    private Errno() {}

    /** Returns for example {@code "ENOMEM (12), Cannot allocate memory"}. */
    static String describe(int errno) {
        // Not strerror: its answer depends on the process's locale, and messages are searched for.
        return switch (errno) {
            case EPERM -> text("EPERM", errno, "Operation not permitted");
            case EAGAIN -> text("EAGAIN", errno, "Resource temporarily unavailable");
            case ENOMEM -> text("ENOMEM", errno, "Cannot allocate memory");
            case EACCES -> text("EACCES", errno, "Permission denied");
            case ENODEV -> text("ENODEV", errno, "No such device");
            case EINVAL -> text("EINVAL", errno, "Invalid argument");
            case ENOSYS -> text("ENOSYS", errno, "Function not implemented");
            case EOVERFLOW -> text("EOVERFLOW", errno, "Value too large");
            default -> "errno " + errno;
        };
    }

    private static String text(String symbol, int errno, String meaning) {
        return symbol + " (" + errno + "), " + meaning;
    }
}
