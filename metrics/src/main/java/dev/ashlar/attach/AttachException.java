package dev.ashlar.attach;

import java.io.IOException;

/** A process can't be attached to, or does not do what it was asked for. */
public final class AttachException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is no process with this id. */
        NO_SUCH_PROCESS,
        /** The process has no attachable pool, or none of this name. */
        NO_POOL,
        /** The process has several pools, and it was not said which is meant. */
        WHICH_POOL,
        /** The process belongs to another user. */
        OTHER_USER,
        /** The process ended before it had answered. */
        ENDED,
        /** The process has a version of Ashlar that this one does not understand. */
        INCOMPATIBLE,
        /** The process does not answer in time: it is stopped, or busy with other requests. */
        NO_ANSWER,
        /** The process refused the request, or failed at it; the message is its own. */
        REFUSED
    }

    private final Reason reason;

    AttachException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    AttachException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
