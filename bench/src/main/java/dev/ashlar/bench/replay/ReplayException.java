package dev.ashlar.bench.replay;

/** Thrown when a replay can't be completed: a check failed, or a child JVM did. The message is for the user. */
public class ReplayException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param message for the user
     */
    public ReplayException(String message) {
        super(message);
    }

    ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}
